import { performance } from 'node:perf_hooks'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { addResourceEntry } from '../../test/resource-entry.ts'
import { ResourceTimings, type TimedRequest, withoutFragment } from './resource-timings.ts'

const URL_A = 'https://shop.example/api'

let timings: ResourceTimings
let stop: (() => void) | undefined

beforeEach(() => {
  performance.clearResourceTimings()
  timings = new ResourceTimings()
  stop = timings.observe()
})
afterEach(() => stop?.())

interface Recorded extends TimedRequest {
  readonly entries: PerformanceResourceTiming[]
  readonly ends: number[]
}

/** A request to `url` whose platform function was called at `startMillis` and returned at `startedMillis`. */
function send(startMillis: number, startedMillis = startMillis + 1, url = URL_A): Recorded {
  const entries: PerformanceResourceTiming[] = []
  const ends: number[] = []
  const request = {
    url,
    startMillis,
    startedMillis,
    ambiguousCount: 0,
    entries,
    ends,
    onTiming: (timing: PerformanceResourceTiming) => void entries.push(timing),
    onOver: (endMillis: number) => void ends.push(endMillis),
  }
  timings.wait(request)
  return request
}

/** Adds the entry of a request that started at `startTime` to the timeline of the platform. */
const complete = (startTime: number, endTime: number, url = URL_A, initiatorType = 'fetch') =>
  addResourceEntry({ startTime, endTime }, { url, initiatorType })

const startsOf = ({ entries }: Recorded) => entries.map(({ startTime }) => startTime)

test('a request gets the entry of its URL and start, and is over at its end', () => {
  const request = send(100)
  complete(100.5, 180)
  timings.takeRecords()
  expect(startsOf(request)).toEqual([100.5])
  expect(request.ends).toEqual([180])
})

test('requests that start one after the other get their own entries, in any order of their ends', () => {
  const first = send(100)
  const second = send(200)
  complete(200.5, 250)
  complete(100.5, 400)
  timings.takeRecords()
  expect([startsOf(first), first.ends]).toEqual([[100.5], [400]])
  expect([startsOf(second), second.ends]).toEqual([[200.5], [250]])
})

describe('an entry of another request is not used', () => {
  test.each<[string, number, string, string]>([
    ['of another path', 100.5, 'https://shop.example/other', 'fetch'],
    ['of another query', 100.5, `${URL_A}?page=2`, 'fetch'],
    ['that began before the call', 99.8, URL_A, 'fetch'],
    ['that began after the call', 101.2, URL_A, 'fetch'],
    ['of an image', 100.5, URL_A, 'img'],
    ['of a beacon', 100.5, URL_A, 'beacon'],
    ['of a script', 100.5, URL_A, 'script'],
  ])('%s', (_, startTime, name, initiatorType) => {
    const request = send(100, 101)
    complete(startTime, 180, name, initiatorType)
    timings.takeRecords()
    expect([request.entries, request.ends]).toEqual([[], []])
  })
})

test('an entry of XMLHttpRequest is used, too', () => {
  const request = send(100)
  complete(100.2, 130, URL_A, 'xmlhttprequest')
  timings.takeRecords()
  expect(request.ends).toEqual([130])
})

// https://w3c.github.io/hr-time/#dfn-coarsen-time
test.each([99.9, 101.1])(
  'an entry that was rounded to %d ms belongs to a call from 100 to 101 ms',
  (startTime) => {
    const request = send(100, 101)
    complete(startTime, 180)
    timings.takeRecords()
    expect(request.entries).toHaveLength(1)
  },
)

test('the fragment is not part of the URL that was requested', () => {
  const request = send(100)
  complete(100.5, 180, `${URL_A}#top`)
  timings.takeRecords()
  expect(request.entries).toHaveLength(1)
  expect(withoutFragment(`${URL_A}?a=1#b#c`)).toBe(`${URL_A}?a=1`)
  expect(withoutFragment(URL_A)).toBe(URL_A)
})

describe('requests of one URL that start at the same time', () => {
  test('get no entry, and are over when all of them have arrived', () => {
    const requests = [send(100), send(100), send(100)]
    complete(100.5, 150)
    complete(100.5, 160)
    timings.takeRecords()
    expect(requests.map(({ ends }) => ends)).toEqual([[], [], []])
    complete(100.6, 170)
    timings.takeRecords()
    expect(requests.map(({ ends }) => ends)).toEqual([[170], [170], [170]])
    expect(requests.flatMap(({ entries }) => entries)).toEqual([])
  })

  test('do not hinder a later one', () => {
    const [one, other, later] = [send(100), send(100), send(300)]
    complete(300.5, 310)
    timings.takeRecords()
    expect(startsOf(later)).toEqual([300.5])
    expect([one.entries, one.ends, other.ends]).toEqual([[], [], []])
  })
})

test('an entry belongs to one request only', () => {
  const request = send(100)
  complete(100.5, 180)
  complete(100.6, 190)
  timings.takeRecords()
  expect(startsOf(request)).toEqual([100.5])
})

test('the observer delivers entries without a call of takeRecords', async () => {
  const ended = new Promise<number>((resolve) => {
    send(5000).onOver = resolve
  })
  complete(5000.5, 5100)
  expect(await ended).toBe(5100)
})

test('requests that never get an entry are forgotten from the 201st on', () => {
  const first = send(100)
  for (let n = 0; n < 199; n++) send(200, 201, `${URL_A}/${n}`)
  complete(100.5, 180)
  timings.takeRecords()
  expect(first.entries).toHaveLength(1)

  const second = send(300)
  for (let n = 0; n < 200; n++) send(400, 401, `${URL_A}/${n}`)
  complete(300.5, 380)
  timings.takeRecords()
  expect(second.entries).toHaveLength(0)
})

test('after the end of the observation no request gets an entry', () => {
  const request = send(100)
  stop?.()
  complete(100.5, 180)
  timings.takeRecords()
  expect(request.entries).toHaveLength(0)
})

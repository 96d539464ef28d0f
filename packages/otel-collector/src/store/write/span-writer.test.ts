import { describe, expect, test } from 'vitest'
import { attribute, makeRequest, makeSpan } from '../../../test/otlp.ts'
import { openTestStore } from '../../../test/store.ts'
import { describeFailure } from '../database/explain-failure.ts'

test('a span that is already stored is skipped, even if its data has changed', () => {
  const { store, count } = openTestStore()
  const span = makeSpan()
  expect(store(makeRequest('web', [span]))).toBe(1)
  expect(store(makeRequest('web', [{ ...span, name: 'renamed' }, makeSpan()]))).toBe(1)
  expect(count('spans')).toBe(2)
})

test('two spans of different traces may have one id', () => {
  const { store } = openTestStore()
  const span = makeSpan()
  expect(store(makeRequest('web', [span, { ...span, traceId: 'c'.repeat(32) }]))).toBe(2)
})

test('equal resources and scopes are stored once', () => {
  const { store, count } = openTestStore()
  for (const service of ['web', 'api', 'web']) store(makeRequest(service, [makeSpan()]))
  expect([count('resources'), count('scopes')]).toEqual([2, 1])
})

test('a resource whose spans are all stored already is not stored again', () => {
  const { store, count } = openTestStore()
  const span = makeSpan()
  store(makeRequest('web', [span]))
  store(makeRequest('unused', [span]))
  expect(count('resources')).toBe(1)
  // Its id is not cached either: the next span of that service has a resource.
  store(makeRequest('unused', [makeSpan()]))
  expect(count('resources')).toBe(2)
})

test('a resource is found again after its row was deleted', () => {
  const { database, writer, store, count } = openTestStore()
  store(makeRequest('web', [makeSpan()]))
  database.exec('DELETE FROM spans; DELETE FROM resources; DELETE FROM scopes')
  writer.forgetIds()
  store(makeRequest('web', [makeSpan()]))
  expect([count('resources'), count('scopes')]).toEqual([1, 1])
})

describe('a large request', () => {
  test('a large request is written in several transactions, each of which is counted', () => {
    const { writer, count } = openTestStore()
    const spans = Array.from({ length: 10 }, () =>
      makeSpan({ attributes: [attribute('text', 'x'.repeat(1_000))] }),
    )
    const commits: number[] = []
    writer.write([makeRequest('web', spans)], 3_000, (stored) => commits.push(stored))
    expect(commits.length).toBeGreaterThan(2)
    expect(commits.reduce((sum, stored) => sum + stored, 0)).toBe(10)
    expect(count('spans')).toBe(10)
  })

  test('spans that were committed before an error are kept, and the request can be sent again', () => {
    const { database, writer, count } = openTestStore()
    database.exec(`CREATE TRIGGER broken BEFORE INSERT ON spans WHEN new.name = 'broken'
      BEGIN SELECT RAISE(ABORT, 'broken'); END`)
    const large = () => makeSpan({ attributes: [attribute('text', 'x'.repeat(3_000))] })
    const request = makeRequest('web', [large(), large(), makeSpan({ name: 'broken' })])
    expect(() => writer.write([request], 2_000, () => {})).toThrow('broken')
    expect(count('spans')).toBe(2)
    database.exec('DROP TRIGGER broken')
    writer.write([request], 2_000, () => {})
    expect(count('spans')).toBe(3)
  })
})

describe('a full database', () => {
  /** A store that has no free page, and a function that makes room. */
  function openFull() {
    const test = openTestStore()
    test.store(makeRequest('web', [makeSpan()]))
    const pages = Number(test.database.prepare('PRAGMA page_count').get()?.page_count)
    test.database.exec(`PRAGMA max_page_count = ${pages}`)
    return { ...test, makeRoom: () => test.database.exec('PRAGMA max_page_count = 100000') }
  }
  const large = () => makeSpan({ attributes: [attribute('text', 'x'.repeat(50_000))] })

  test('the spans of a request that does not fit are not stored, and those before are kept', () => {
    const { store, count, database } = openFull()
    expect(() => store(makeRequest('shop', [makeSpan(), large()]))).toThrow('database or disk is full')
    expect([count('spans'), count('resources')]).toEqual([1, 1])
    expect(database.isTransaction).toBe(false)
  })

  test('the same request is stored when there is room, with its resource', () => {
    const { store, database, makeRoom } = openFull()
    const request = makeRequest('shop', [makeSpan(), large()])
    expect(() => store(request)).toThrow('database or disk is full')
    makeRoom()
    expect(store(request)).toBe(2)
    const joined = database.prepare(
      'SELECT json FROM spans JOIN resources ON resources.id = resource_id WHERE service = ?',
    )
    expect(joined.all('shop').map(({ json }) => String(json).includes('shop'))).toEqual([true, true])
  })

  test('the description of the error advises to make room', () => {
    const { store } = openFull()
    let description = ''
    try {
      store(makeRequest('shop', [large()]))
    } catch (error) {
      description = describeFailure('/data/traces.sqlite', error)
    }
    expect(description).toBe(
      'the database /data/traces.sqlite cannot be used: database or disk is full; make room on its disk, or set DATABASE_PATH',
    )
  })
})

describe('the service of a span', () => {
  const serviceOf = (...attributes: Parameters<typeof attribute>[]) => {
    const { database, store } = openTestStore()
    const [resource] = makeRequest('', [makeSpan()]).resourceSpans
    if (!resource) throw new Error('a request has a resource')
    const entry = { ...resource, resource: { attributes: attributes.map((pair) => attribute(...pair)) } }
    store({ resourceSpans: [entry] })
    return database.prepare('SELECT service FROM spans').get()?.service
  }

  test('the service of a span is its service.name', () => {
    expect(serviceOf(['service.name', 'shop'])).toBe('shop')
  })

  test('a service.name can be a number', () => {
    expect(serviceOf(['service.name', 7])).toBe('7')
  })

  test('a missing or empty service.name is unknown_service', () => {
    expect(serviceOf()).toBe('unknown_service')
    expect(serviceOf(['service.name', ''])).toBe('unknown_service')
  })

  test('a service.name is truncated to 1,024 characters, never between surrogates', () => {
    expect(serviceOf(['service.name', `${'x'.repeat(1_023)}😀`])).toBe('x'.repeat(1_023))
  })
})

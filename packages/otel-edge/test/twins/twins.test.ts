import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Cases } from './case.ts'
import { ARGUMENT_CASES } from './cases/fetch.ts'
import { CALLING_CASES, CASES } from './cases/index.ts'
import { STORAGE_CASES } from './cases/objects.ts'
import type { Seen } from './describe.ts'
import { expectedOf, mayDiffer } from './differences.ts'
import { normalize, type Side, startTwins, type Twins } from './start-twins.ts'

let twins: Twins

beforeAll(async () => {
  twins = await startTwins()
})
afterAll(() => twins?.stop())

/** The storage of Durable Objects is there in one place only; the long tables run in one place. */
const PLACES: readonly (readonly [side: Side, place: string, cases: Cases])[] = [
  ['traced', '/in/handler', CASES],
  ['traced', '/hono/in', CALLING_CASES],
  ['traced', '/in/entrypoint', CALLING_CASES],
  ['traced', '/in/object', { ...CALLING_CASES, ...STORAGE_CASES }],
  ['unsampled', '/in/handler', { ...ARGUMENT_CASES, ...CALLING_CASES }],
  ['disabled', '/in/handler', { ...ARGUMENT_CASES, ...CALLING_CASES }],
]

const CASES_OF_AN_EVENT = 25
/** A place takes three seconds, or longer on a machine under load. */
const BUSY_MILLIS = 300_000

const bareSeen = new Map<string, Record<string, Seen>>()

async function seenBy(side: Side, place: string, titles: readonly string[]): Promise<Record<string, Seen>> {
  const seen = {}
  for (let index = 0; index < titles.length; index += CASES_OF_AN_EVENT) {
    Object.assign(seen, await twins.seenBy(side, place, titles.slice(index, index + CASES_OF_AN_EVENT)))
  }
  return seen
}

/** The results in a place without tracing, shared by all comparisons. */
async function seenBare(place: string, titles: readonly string[]): Promise<Record<string, Seen>> {
  const known = bareSeen.get(place) ?? (await seenBy('bare', place, titles))
  bareSeen.set(place, known)
  return known
}

describe.each(PLACES)('%s and bare worker have the same results in %s', (side, place, cases) => {
  const titles = Object.keys(cases)
  let seen: readonly Record<string, Seen>[] = []
  beforeAll(async () => {
    seen = await Promise.all([seenBare(place, titles), seenBy(side, place, titles)])
  }, BUSY_MILLIS)

  test.each(titles.filter((title) => !mayDiffer(title)))(
    'traced and bare have the same result: %s',
    (title) => {
      const [bare = 'nothing', traced = 'nothing'] = seen.map((all) => all[title])
      expect(JSON.stringify(bare)).not.toMatch(/^"nothing"|not over in time/)
      expect(traced).toEqual(expectedOf(bare, traced))
    },
  )
})

type Worker = ReturnType<Twins['worker']>

/** Does the same with both and compares the results. */
async function expectSame(act: (worker: Worker) => Promise<unknown>): Promise<unknown> {
  const [bare, traced] = await Promise.all(
    (['bare', 'traced'] as const).map(async (side) => {
      try {
        return normalize(JSON.stringify(await act(twins.worker(side))) ?? 'undefined')
      } catch (error) {
        return normalize(`rejects ${error}`)
      }
    }),
  )
  expect(traced).toEqual(bare)
  return bare
}

const answerOf = async (worker: Worker, path: string, init: object = {}) => {
  const response = await worker.fetch(path, init)
  return [response.status, (await response.text()).split('\n')[0]]
}

describe('events of traced and bare workers', () => {
  test.each([
    '/this',
    '/throws',
    '/rejects',
    '/throws-text',
    '/passes-through',
    '/hono/context',
    '/hono/none',
  ])('an event of %s is handled equally', async (path) => {
    await expectSame((worker) => answerOf(worker, path))
  })

  test.each(['0 * * * *', '1 1 1 1 1'])('a cron run of %s is handled equally', async (cron) => {
    await expectSame((worker) => worker.scheduled({ cron, scheduledTime: new Date(0) }))
  })

  test.each(['sender', 'reject', 'throw'])('a mail from %s is handled equally', async (sender) => {
    const from = `${sender}@example.com`
    const raw = `From: ${from}\r\nTo: to@example.com\r\nMessage-ID: <1@x>\r\nSubject: Hello\r\n\r\nText`
    await expectSame((worker) => worker.email({ from, to: 'to@example.com', raw }))
  })

  test('traced and bare handlers have the same events', async () => {
    const kept = await expectSame((worker) => answerOf(worker, '/kept'))
    expect(kept).toContain('the handler')
    expect(kept).toContain('throw@example.com')
  })
})

const messageOf = (socket: WebSocket) =>
  new Promise((resolve) => {
    socket.addEventListener('message', ({ data }) => resolve(['message', data]), { once: true })
    socket.addEventListener('close', ({ code, reason }) => resolve(['close', code, reason]), { once: true })
  })

async function say(socket: WebSocket, message: string): Promise<unknown> {
  const answer = messageOf(socket)
  socket.send(message)
  return await answer
}

async function openSocket(worker: Worker, name: string): Promise<WebSocket> {
  const { webSocket } = await worker.fetch(`/socket/${name}`, { headers: { upgrade: 'websocket' } })
  if (!webSocket) throw new Error('no socket')
  webSocket.accept()
  return webSocket as unknown as WebSocket
}

describe('a traced object hibernates as a bare one', () => {
  test('the socket of an evicted object stays open and wakes it up', async () => {
    const seen = await expectSame(async (worker) => {
      const socket = await openSocket(worker, 'sleeper')
      const before = await say(socket, 'before')
      await worker.evictDurableObject('OBJECT', { name: 'sleeper', webSockets: 'hibernate' })
      const after = await say(socket, 'after')
      const pong = await say(socket, 'ping')
      const closed = await say(socket, 'close')
      socket.close()
      return [before, after, pong, closed]
    })
    expect(seen).toContain('constructed with 0, 1 sockets')
  })

  test('an automatic response does not wake an object up', async () => {
    const seen = await expectSame(async (worker) => {
      const socket = await openSocket(worker, 'dozer')
      await worker.evictDurableObject('OBJECT', { name: 'dozer', webSockets: 'hibernate' })
      const pong = await say(socket, 'ping')
      const { webSocket, ...rest } = { webSocket: socket, pong }
      webSocket.close()
      return rest
    })
    expect(seen).toContain('pong')
  })

  test('a message handler that throws has the same effect', async () => {
    await expectSame(async (worker) => {
      const socket = await openSocket(worker, 'thrower')
      socket.send('throw')
      return await say(socket, 'after')
    })
  })

  test('the sockets of an object that is evicted without hibernation are closed', async () => {
    await expectSame(async (worker) => {
      const socket = await openSocket(worker, 'evicted')
      const closed = messageOf(socket)
      await worker.evictDurableObject('OBJECT', { name: 'evicted', webSockets: 'close' })
      return await closed
    })
  })
})

test('the traced twin is traced', () => {
  expect(twins.posts()).toBeGreaterThan(0)
})

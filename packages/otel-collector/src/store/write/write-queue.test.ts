import { rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { readFailure } from '../../../test/answers.ts'
import { countStoredSpans, startTestCollector, temporaryDatabase } from '../../../test/collector.ts'
import { makeRequest, makeSpan, postJson, postProtobuf } from '../../../test/otlp.ts'

/** A write lock, as another process holds it. */
function lock(databasePath: string): { release(): void } {
  const database = new DatabaseSync(databasePath)
  database.exec('BEGIN IMMEDIATE')
  onTestFinished(() => database.close())
  return { release: () => database.exec('ROLLBACK') }
}

describe('while another process holds the database', () => {
  test('a sender waits for a locked database and is answered when its spans are stored', async () => {
    const databasePath = temporaryDatabase()
    const collector = await startTestCollector({ databasePath })
    const held = lock(databasePath)
    const answers = [1, 2, 3].map(() => postJson(collector.otlpUrl, makeRequest('shop', [makeSpan()])))
    // Long enough for several attempts. The collector answers other requests meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await countStoredSpans(collector)).toBe(0)
    held.release()
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200])
    expect(await countStoredSpans(collector)).toBe(3)
  })

  test('a sender that exceeds its time limit gets a 503 with Retry-After', async () => {
    const databasePath = temporaryDatabase()
    const collector = await startTestCollector({ databasePath, maxWaitMillis: 50 })
    const held = lock(databasePath)
    const request = makeRequest('shop', [makeSpan()])
    const response = await postJson(collector.otlpUrl, request)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await readFailure(response)).toEqual({
      httpStatus: 503,
      contentType: 'application/json',
      code: 14,
      message: 'the database is locked by another process',
    })
    held.release()
    expect(await countStoredSpans(collector)).toBe(0)
    expect((await postJson(collector.otlpUrl, request)).status).toBe(200)
    expect(await countStoredSpans(collector)).toBe(1)
  })

  test('spans beyond the limit of the queue are refused with 429, and those within it are stored', async () => {
    const databasePath = temporaryDatabase()
    const collector = await startTestCollector({ databasePath, maxQueuedSpans: 3 })
    const held = lock(databasePath)
    const requests = Array.from({ length: 5 }, () => makeRequest('shop', [makeSpan(), makeSpan()]))
    const answers = requests.map((request) => postProtobuf(collector.otlpUrl, request))
    const refused = await firstWithStatus(answers, 429, 4)
    for (const response of refused) {
      expect(response.headers.get('retry-after')).toBe('1')
      expect(await readFailure(response)).toEqual({
        httpStatus: 429,
        contentType: 'application/x-protobuf',
        code: 8,
        message: '2 spans wait to be written',
      })
    }
    held.release()
    const statuses = (await Promise.all(answers)).map(({ status }) => status)
    expect(statuses.toSorted()).toEqual([200, 429, 429, 429, 429])
    expect(await countStoredSpans(collector)).toBe(2)
  })
})

test('a request larger than the limit of the queue is accepted when the queue is empty', async () => {
  const collector = await startTestCollector({ maxQueuedSpans: 3 })
  const spans = Array.from({ length: 10 }, () => makeSpan())
  expect((await postJson(collector.otlpUrl, makeRequest('shop', spans))).status).toBe(200)
  expect(await countStoredSpans(collector)).toBe(10)
})

test('each span under load is stored, or its sender gets an error', async () => {
  const collector = await startTestCollector({ maxQueuedSpans: 100 })
  const answers = await Promise.all(
    Array.from({ length: 60 }, () => {
      const spans = Array.from({ length: 20 }, () => makeSpan())
      return postJson(collector.otlpUrl, makeRequest('shop', spans))
    }),
  )
  const taken = answers.filter(({ status }) => status === 200)
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(60 - taken.length)
  expect(await countStoredSpans(collector)).toBe(taken.length * 20)
})

test('a database that cannot be written is a 503', async () => {
  const databasePath = temporaryDatabase()
  const collector = await startTestCollector({ databasePath })
  const database = new DatabaseSync(databasePath)
  database.exec(`CREATE TRIGGER full BEFORE INSERT ON spans BEGIN SELECT RAISE(ABORT, 'disk full'); END`)
  const response = await postJson(collector.otlpUrl, makeRequest('shop', [makeSpan()]))
  expect(response.headers.get('retry-after')).toBe('5')
  expect(await readFailure(response)).toMatchObject({
    httpStatus: 503,
    code: 14,
    message: `the database ${databasePath} cannot be used: disk full; move it away or set DATABASE_PATH`,
  })
  database.exec('DROP TRIGGER full')
  database.close()
  expect((await postJson(collector.otlpUrl, makeRequest('shop', [makeSpan()]))).status).toBe(200)
  expect(await countStoredSpans(collector)).toBe(1)
})

test('each distinct reason is printed once, and every sender gets it', async () => {
  const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  onTestFinished(() => printed.mockRestore())
  const databasePath = temporaryDatabase()
  const collector = await startTestCollector({ databasePath })
  const database = new DatabaseSync(databasePath)
  onTestFinished(() => database.close())
  const reasons = ['first reason', 'second reason', 'first reason']
  for (const reason of reasons) {
    database.exec(`CREATE TRIGGER broken BEFORE INSERT ON spans BEGIN SELECT RAISE(ABORT, '${reason}'); END`)
    for (let count = 0; count < 3; count++) {
      const response = await postJson(collector.otlpUrl, makeRequest('shop', [makeSpan()]))
      expect((await readFailure(response)).message).toContain(`${databasePath} cannot be used: ${reason};`)
    }
    database.exec('DROP TRIGGER broken')
  }
  expect(printed.mock.calls.map(([text]) => /(\w+ reason)/.exec(String(text))?.[1])).toEqual([
    'first reason',
    'second reason',
  ])
})

test('spans are refused with 503 when the database file was deleted', async () => {
  const databasePath = temporaryDatabase()
  const collector = await startTestCollector({ databasePath })
  rmSync(databasePath)
  const response = await postJson(collector.otlpUrl, makeRequest('shop', [makeSpan()]))
  expect(response.headers.get('retry-after')).toBe('5')
  expect(await readFailure(response)).toMatchObject({
    httpStatus: 503,
    message: expect.stringContaining('was deleted or replaced'),
  })
})

/** Resolves when `count` responses with `status` have arrived. */
function firstWithStatus(
  answers: readonly Promise<Response>[],
  status: number,
  count: number,
): Promise<Response[]> {
  return new Promise((resolve) => {
    const found: Response[] = []
    for (const answer of answers) {
      void answer.then((response) => {
        if (response.status === status && found.push(response) === count) resolve(found)
      })
    }
  })
}

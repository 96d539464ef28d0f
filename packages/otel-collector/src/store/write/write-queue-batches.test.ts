import type { TraceRequest } from '@throughline/otel-shared'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { makeRequest, makeSpan } from '../../../test/otlp.ts'
import { createWriteQueue, NotStoredError, type WriteQueueOptions } from './write-queue.ts'

const OPTIONS: WriteQueueOptions = {
  maxSpans: 10_000,
  maxBytes: 1_000_000,
  maxWaitMillis: 5_000,
  describe: (error) => `described: ${error instanceof Error ? error.message : error}`,
}
const LOCKED = Object.assign(new Error('database is locked'), { errcode: 5 })
const request = (): TraceRequest => makeRequest('shop', [makeSpan()])

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('requests that arrive together are written in one transaction', async () => {
  const batches: number[] = []
  const queue = createWriteQueue((requests) => void batches.push(requests.length), OPTIONS)
  const added = [1, 2, 3].map(() => queue.add(request(), 1, 100))
  expect(batches).toEqual([])
  await vi.runAllTimersAsync()
  await Promise.all(added)
  expect(batches).toEqual([3])
})

test('a transaction has 5,000 spans at most, or one larger request', async () => {
  const batches: number[] = []
  const queue = createWriteQueue((requests) => void batches.push(requests.length), OPTIONS)
  const added = [3_000, 2_000, 1, 9_000].map((spans) => queue.add(request(), spans, 1).catch(() => 'full'))
  await vi.runAllTimersAsync()
  expect(await Promise.all(added)).toEqual([undefined, undefined, undefined, 'full'])
  expect(batches).toEqual([2, 1])
  const large = queue.add(request(), 50_000, 1)
  await vi.runAllTimersAsync()
  await expect(large).resolves.toBeUndefined()
})

describe('a full queue', () => {
  test.each([
    ['spans', { maxSpans: 2 }],
    ['bytes', { maxBytes: 150 }],
  ])('a queue full by its %s refuses requests until it has written', async (_, limits) => {
    const queue = createWriteQueue(() => {}, { ...OPTIONS, ...limits })
    const first = queue.add(request(), 2, 100)
    await expect(queue.add(request(), 1, 100)).rejects.toThrow(
      new NotStoredError('full', '2 spans wait to be written', 1),
    )
    await vi.runAllTimersAsync()
    await first
    const next = queue.add(request(), 1, 100)
    await vi.runAllTimersAsync()
    await expect(next).resolves.toBeUndefined()
  })

  test('an empty queue accepts a request larger than the limit', async () => {
    const queue = createWriteQueue(() => {}, { ...OPTIONS, maxSpans: 2, maxBytes: 10 })
    const added = queue.add(request(), 100, 100)
    await vi.runAllTimersAsync()
    await expect(added).resolves.toBeUndefined()
  })
})

describe('a locked database', () => {
  test('a write to a locked database is retried with growing delays', async () => {
    const triedAt: number[] = []
    const start = performance.now()
    const queue = createWriteQueue(() => {
      triedAt.push(Math.round(performance.now() - start))
      if (triedAt.length < 5) throw LOCKED
    }, OPTIONS)
    const added = queue.add(request(), 1, 1)
    await vi.runAllTimersAsync()
    await expect(added).resolves.toBeUndefined()
    expect(triedAt).toEqual([5, 25, 65, 145, 305])
  })

  test('a locked database is reported to a sender after its time limit, and not to later senders', async () => {
    let isLocked = true
    const queue = createWriteQueue(
      () => {
        if (isLocked) throw LOCKED
      },
      { ...OPTIONS, maxWaitMillis: 100 },
    )
    const first = queue.add(request(), 1, 1).catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(60)
    const second = queue.add(request(), 1, 1)
    await vi.advanceTimersByTimeAsync(90)
    expect(await first).toMatchObject({ reason: 'unavailable', retryAfterSeconds: 1 })
    isLocked = false
    await vi.runAllTimersAsync()
    await expect(second).resolves.toBeUndefined()
  })
})

test('another database error is reported to every sender of the batch', async () => {
  const queue = createWriteQueue(() => {
    throw new Error('disk full')
  }, OPTIONS)
  const added = [1, 2].map(() => queue.add(request(), 1, 1).catch((error: unknown) => error))
  await vi.runAllTimersAsync()
  for (const error of await Promise.all(added)) {
    expect(error).toBeInstanceOf(NotStoredError)
    expect(error).toMatchObject({
      reason: 'unavailable',
      message: 'described: disk full',
      retryAfterSeconds: 5,
    })
  }
})

describe('the shutdown of the queue', () => {
  test('waiting requests are written immediately at shutdown', async () => {
    const batches: number[] = []
    const queue = createWriteQueue((requests) => void batches.push(requests.length), OPTIONS)
    const added = queue.add(request(), 1, 1)
    queue.close()
    expect(batches).toEqual([1])
    await expect(added).resolves.toBeUndefined()
  })

  test('shutdown does not wait for a locked database', async () => {
    const queue = createWriteQueue(() => {
      throw LOCKED
    }, OPTIONS)
    const added = queue.add(request(), 1, 1).catch((error: unknown) => error)
    queue.close()
    expect(await added).toMatchObject({ reason: 'unavailable', message: 'described: database is locked' })
  })

  test('requests after shutdown are refused', async () => {
    const queue = createWriteQueue(() => {}, OPTIONS)
    queue.close()
    await expect(queue.add(request(), 1, 1)).rejects.toThrow('the collector is shutting down')
  })
})

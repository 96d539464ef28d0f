import { describe, expect, test } from 'vitest'
import { makeRequest, makeSpan } from '../../../test/otlp.ts'
import { openTestStore } from '../../../test/store.ts'
import { createRetention, type RetentionLimits } from './retention.ts'

const NO_LIMITS: RetentionLimits = {
  maxAgeMillis: Number.POSITIVE_INFINITY,
  maxSpans: Number.POSITIVE_INFINITY,
  maxBytes: Number.POSITIVE_INFINITY,
}
const FOR_EVER = Number.POSITIVE_INFINITY

function openWithTraces(sizes: readonly number[]) {
  const test = openTestStore()
  for (const [index, size] of sizes.entries()) {
    const traceId = String(index + 1).repeat(32)
    test.store(
      makeRequest(
        `service ${index}`,
        Array.from({ length: size }, () => makeSpan({ traceId })),
      ),
    )
  }
  const traces = () =>
    test.database
      .prepare('SELECT DISTINCT substr(trace_id, 1, 1) AS trace FROM spans ORDER BY trace')
      .all()
      .map(({ trace }) => Number(trace))
  return { ...test, traces }
}

test('nothing is deleted within the limits, and ids remain valid', () => {
  const { database, traces } = openWithTraces([2, 2])
  const retention = createRetention(database, { ...NO_LIMITS, maxSpans: 4 })
  expect(retention.sweep(Date.now(), FOR_EVER)).toEqual({ isDone: true, areIdsValid: true })
  expect(traces()).toEqual([1, 2])
})

describe('more spans than may be kept', () => {
  test('spans beyond the limit displace whole traces, the first to arrive first', () => {
    const { database, count, traces } = openWithTraces([3, 3, 3])
    const retention = createRetention(database, { ...NO_LIMITS, maxSpans: 5 })
    expect(retention.sweep(Date.now(), FOR_EVER)).toEqual({ isDone: true, areIdsValid: false })
    expect(traces()).toEqual([3])
    // The resources of the deleted traces are deleted too; the scope is still in use.
    expect([count('resources'), count('scopes')]).toEqual([1, 1])
  })

  test('added spans are counted', () => {
    const { database, store, traces } = openWithTraces([2])
    const retention = createRetention(database, { ...NO_LIMITS, maxSpans: 3 })
    retention.add(
      store(
        makeRequest(
          'new',
          [2, 2].map(() => makeSpan({ traceId: '9'.repeat(32) })),
        ),
      ),
    )
    retention.sweep(Date.now(), FOR_EVER)
    expect(traces()).toEqual([9])
  })

  test('spans beyond the limit are deleted even when no time is left', () => {
    const { database, traces } = openWithTraces([3, 3])
    createRetention(database, { ...NO_LIMITS, maxSpans: 3 }).sweep(Date.now(), 0)
    expect(traces()).toEqual([2])
  })
})

describe('age', () => {
  const HOUR_MILLIS = 3_600_000

  test('the age of a trace is the age of its first span to arrive', () => {
    const { database, traces } = openWithTraces([1, 1])
    database.exec(`UPDATE spans SET received_ms = received_ms - ${2 * HOUR_MILLIS} WHERE id = 1`)
    createRetention(database, { ...NO_LIMITS, maxAgeMillis: HOUR_MILLIS }).sweep(Date.now(), FOR_EVER)
    expect(traces()).toEqual([2])
  })

  test('expired traces wait for the next sweep when no time is left, and isDone is false', () => {
    const { database, traces } = openWithTraces([1, 1])
    const retention = createRetention(database, { ...NO_LIMITS, maxAgeMillis: HOUR_MILLIS })
    const later = Date.now() + 2 * HOUR_MILLIS
    expect(retention.sweep(later, 0)).toEqual({ isDone: false, areIdsValid: true })
    expect(traces()).toEqual([1, 2])
    expect(retention.sweep(later, FOR_EVER)).toEqual({ isDone: true, areIdsValid: false })
    expect(traces()).toEqual([])
  })
})

test('a trace too large for one transaction is deleted completely before the next one', () => {
  const { database, traces } = openWithTraces([600, 1])
  const retention = createRetention(database, { ...NO_LIMITS, maxSpans: 400 })
  retention.sweep(Date.now(), FOR_EVER)
  expect(traces()).toEqual([2])
})

test('a database larger than its limit deletes the first traces to arrive', () => {
  const { database, traces } = openWithTraces([400, 1])
  const pages = Number(database.prepare('PRAGMA page_count').get()?.page_count)
  const pageBytes = Number(database.prepare('PRAGMA page_size').get()?.page_size)
  createRetention(database, { ...NO_LIMITS, maxBytes: (pages - 5) * pageBytes }).sweep(Date.now(), FOR_EVER)
  expect(traces()).toEqual([2])
})

import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { expect, test } from 'vitest'
import { PageIds } from './page-ids.ts'

const TRACE = 'a'.repeat(32)
const SPAN = 'b'.repeat(16)

function startSpan(ids: PageIds, given?: Parameters<PageIds['with']>[0]) {
  const tracer = new BasicTracerProvider({ idGenerator: ids }).getTracer('test')
  const start = () => tracer.startSpan('a', { root: true }).spanContext()
  return given ? ids.with(given, start) : start()
}

// https://www.w3.org/TR/trace-context-2/#trace-id
test('ids are random, lower-case hexadecimal and not zero', () => {
  const ids = new PageIds()
  const all = Array.from({ length: 200 }, () => startSpan(ids))
  for (const { traceId, spanId } of all) {
    expect(traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/)
    expect(spanId).toMatch(/^(?!0+$)[0-9a-f]{16}$/)
  }
  expect(new Set(all.flatMap(({ traceId, spanId }) => [traceId, spanId])).size).toBe(400)
})

test.each([
  [
    { traceId: TRACE, spanId: SPAN },
    { traceId: TRACE, spanId: SPAN },
  ],
  [{ traceId: TRACE }, { traceId: TRACE, spanId: expect.not.stringMatching(SPAN) }],
  [{ spanId: SPAN }, { traceId: expect.not.stringMatching(TRACE), spanId: SPAN }],
  [{ traceId: undefined, spanId: undefined }, { traceId: expect.stringMatching(/^[0-9a-f]{32}$/) }],
])('a span with the ids %j gets them', (given, expected) => {
  expect(startSpan(new PageIds(), given)).toMatchObject(expected)
})

test('given ids are for one span', () => {
  const ids = new PageIds()
  startSpan(ids, { traceId: TRACE, spanId: SPAN })
  const { traceId, spanId } = startSpan(ids)
  expect([traceId, spanId]).not.toContain(TRACE)
  expect([traceId, spanId]).not.toContain(SPAN)
})

test('given ids are gone when the span could not be started', () => {
  const ids = new PageIds()
  const failure = new Error('a getter throws')
  expect(() =>
    ids.with({ traceId: TRACE }, () => {
      throw failure
    }),
  ).toThrow(failure)
  expect(startSpan(ids).traceId).not.toBe(TRACE)
})

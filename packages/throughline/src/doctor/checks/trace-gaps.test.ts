import { describe, expect, test } from 'vitest'
import {
  CONTINUED,
  found,
  response,
  SPAN_ID,
  span,
  TRACE_ID,
  target,
  withTrace,
} from '../../../test/observed.ts'
import { RequestFailure } from '../../http/failure.ts'
import type { TracedRequest } from '../target/target.ts'
import { checkTraceGaps } from './trace-gaps.ts'

const gateway = span({ spanId: 'g' })
const count = (kind: string, value: string | number) => [{ key: `throughline.children.${kind}`, value }]

/** An API with a response that names the trace. */
function api(spanId: string, timing: string | RequestFailure = CONTINUED) {
  const url = new URL(`https://${spanId}.example/`)
  const answer = typeof timing === 'string' ? response({ 'server-timing': timing }) : timing
  const traced: TracedRequest = { url, traceId: TRACE_ID, spanId, response: answer }
  return { url, isListed: true, preflight: response(), traced }
}

test('without a backend, and without spans of the chain, there is no finding', () => {
  expect(checkTraceGaps(target())).toEqual([])
  expect(checkTraceGaps(withTrace([span({ service: 'throughline-doctor' })]))).toEqual([])
})

describe('a request of the doctor', () => {
  const seen = (apis: readonly ReturnType<typeof api>[], isDeep = false) =>
    found(checkTraceGaps(withTrace([gateway], { apis, options: { isDeep } })))

  test('is missing when its response names the trace and no span is below it', () => {
    expect(seen([api('a')])).toEqual([
      [
        'trace-request-missing',
        'the doctor sent 2 requests, 1 arrived: no span below the request to https://a.example/',
      ],
    ])
  })

  test('is one of at most three that are named', () => {
    expect(seen(['a', 'b', 'c', 'd'].map((name) => api(name)))[0]?.[1]).toMatch(
      /^the doctor sent 5 requests, 1 arrived: .* https:\/\/a\.example\/, .*c\.example\/ and 1 more$/,
    )
  })

  test.each([
    ['names no trace', ''],
    ['names another trace', CONTINUED.replace(TRACE_ID, 'a'.repeat(32))],
    ['is not sampled', CONTINUED.replace('-01"', '-00"')],
    ['names no valid trace', 'traceparent;desc="1"'],
    ['did not come', new RequestFailure('timeout', 'no answer')],
  ])('is not expected when its response %s', (_, timing) => {
    expect(seen([api('a', timing)])).toEqual([])
  })

  test('is expected in a deep run when there is any response', () => {
    expect(seen([api('a', ''), api('b', new RequestFailure('timeout', 'no answer'))], true)).toEqual([
      [
        'trace-request-missing',
        expect.stringMatching(/^the doctor sent 3 requests, 2 arrived: .*a\.example/),
      ],
    ])
  })

  test('is not missing beside a span without its parent, which may be its own', () => {
    const orphan = span({ spanId: 'o', parentSpanId: 'x' })
    expect(checkTraceGaps(withTrace([gateway, orphan], { apis: [api('a')] }))).toEqual([])
  })
})

describe('a child that was counted', () => {
  const check = (attributes: ReturnType<typeof count>, ...others: readonly ReturnType<typeof span>[]) =>
    found(checkTraceGaps(withTrace([{ ...gateway, attributes }, ...others])))
  const call = span({ spanId: 'c', parentSpanId: 'g', kind: 'CLIENT' })

  test('is missing when fewer have arrived', () => {
    expect(check(count('client', 2), call)).toEqual([
      ['trace-child-missing', 'gateway sent 2 requests, 1 arrived'],
    ])
    expect(check(count('client', '1'), call)).toEqual([])
  })

  test('explains the span without its parent', () => {
    const orphan = span({ spanId: 'o', parentSpanId: 'x', service: 'shop' })
    expect(check(count('client', 1), orphan)).toEqual([
      ['trace-child-missing', 'gateway sent 1 request, 0 arrived: gateway → shop is broken'],
    ])
  })

  test.each([
    ['HTTP', 'http.request.method'],
    ['RPC', 'rpc.system.name'],
  ])('explains a span during a call by %s', (_, key) => {
    const open = { ...call, attributes: [{ key, value: 'x' }] }
    const orphan = span({ spanId: 'o', parentSpanId: 'x', service: 'shop' })
    expect(check(count('client', 1), open, orphan)).toHaveLength(1)
    expect(check(count('client', 1), { ...open, attributes: [] }, orphan)).toEqual([])
  })

  test('is one of at most three sentences', () => {
    const spans = ['a', 'b', 'c', 'd'].map((spanId) =>
      span({ spanId, parentSpanId: SPAN_ID, service: spanId, attributes: count('internal', 1) }),
    )
    expect(found(checkTraceGaps(withTrace(spans)))).toEqual([
      [
        'trace-child-missing',
        'a started 1 internal span, 0 arrived; b started 1 internal span, 0 arrived; c started 1 internal span, 0 arrived and 1 more',
      ],
    ])
  })
})

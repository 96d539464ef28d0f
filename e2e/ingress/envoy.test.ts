import type { ExpectedSpan } from '@throughline/otel-testing'
import { describe, expect, inject, test } from 'vitest'
import { runDoctor } from './doctor.ts'
import { called, expectTree, served } from './expected.ts'
import { ask, newCaller, through, valuesOf } from './requests.ts'

const { envoy, gateways, services, uiUrl } = inject('chain')
const isMissing = 'missing' in envoy
const addressOf = (name: string) => (isMissing ? '' : (envoy.urls[name] ?? ''))

/** The span of Envoy, which has one for a request. */
function proxied(...children: readonly ExpectedSpan[]): ExpectedSpan {
  return { service: 'envoy', name: 'ingress', kind: 'SERVER', status: 'UNSET', children }
}

describe.skipIf(isMissing)('Envoy without tracing', () => {
  test('behind the worker: the trace is one tree, and the headers are as sent', async () => {
    const { traceId, spanId, headers } = newCaller()
    const sent = { ...headers, tracestate: 'congo=1,rojo=2', baggage: 'k=v' }
    const answer = await ask(through(gateways.public, addressOf('pass')), sent)
    await expectTree(traceId, { ...called('gateway', served('w3c')), parentSpanId: spanId })
    expect(valuesOf(answer, 'tracestate')).toEqual(['congo=1,rojo=2'])
    expect(valuesOf(answer, 'baggage')).toEqual(['k=v'])
  })

  test('in front of the worker: the trace is one tree, and the response names it', async () => {
    const { traceId, spanId, headers } = newCaller()
    const answer = await ask(through(addressOf('front'), addressOf('pass')), headers)
    await expectTree(traceId, { ...called('gateway', served('w3c')), parentSpanId: spanId })
    expect(answer.headers['server-timing']).toContain(`traceparent;desc="00-${traceId}-`)
  })
})

describe.skipIf(isMissing)('Envoy with its OpenTelemetry tracer', () => {
  test('behind the worker: its span is between both', async () => {
    const { traceId, spanId, headers } = newCaller()
    const sent = { ...headers, tracestate: 'congo=1,rojo=2', baggage: 'k=v' }
    const answer = await ask(through(gateways.public, addressOf('traced')), sent)
    await expectTree(traceId, { ...called('gateway', proxied(served('w3c'))), parentSpanId: spanId })
    expect(valuesOf(answer, 'tracestate')).toEqual(['congo=1,rojo=2'])
    expect(valuesOf(answer, 'baggage')).toEqual(['k=v'])
  })

  test('in front of the worker: its span is the parent of that of the worker', async () => {
    const { traceId, spanId, headers } = newCaller()
    await ask(through(addressOf('frontTraced'), addressOf('traced')), headers)
    await expectTree(traceId, {
      ...proxied(called('gateway', proxied(served('w3c')))),
      parentSpanId: spanId,
    })
  })

  test('a page without context: the trace that Envoy starts is one tree', async () => {
    const page = { 'sec-fetch-site': 'same-origin' }
    const { traceId } = await ask(through(addressOf('frontTraced'), services.w3c), page)
    await expectTree(traceId, proxied(called('gateway', served('w3c'))))
  })

  test('an unknown client without context: a public worker starts a trace with a link to that of Envoy', async () => {
    const { traceId } = await ask(through(addressOf('frontTraced'), services.w3c), {})
    const root = await expectTree(traceId, called('gateway', served('w3c')))
    const [link] = root.links ?? []
    await expectTree(link?.traceId ?? '', proxied())
  })

  test('an unknown client without context: a worker with trust all continues the trace of Envoy', async () => {
    const { traceId } = await ask(through(addressOf('bridge'), services.w3c), {})
    await expectTree(traceId, proxied(called('gateway', served('w3c'))))
  })

  test('a trace that is not sampled stays so', async () => {
    const { traceId, spanId, headers } = newCaller()
    const unsampled = { ...headers, traceparent: `00-${traceId}-${spanId}-00` }
    const answer = await ask(through(addressOf('frontTraced'), addressOf('traced')), unsampled)
    expect(valuesOf(answer, 'traceparent')[0]).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`))
  })

  test('the doctor finds no break, and that Envoy has old names of attributes', async () => {
    const request = `--request=${through(gateways.public, addressOf('traced'))}`
    const args = [request, `--backend=${uiUrl}`, '--expect=gateway,envoy,w3c']
    const findings = await runDoctor(gateways.public, ...args)
    expect(findings.map(({ id, seen }) => [id, seen])).toEqual([
      ['trace-deprecated-attribute', 'envoy: http.url → url.full'],
    ])
  })
})

describe.skipIf(isMissing)("Istio's headers through Envoy", () => {
  const istio = {
    'x-request-id': '7d2b6c2e-5a41-4d4e-8a1f-0c6b9e3f2a10',
    b3: `${'a'.repeat(32)}-${'b'.repeat(16)}-1-${'c'.repeat(16)}`,
    'x-b3-traceid': 'a'.repeat(32),
    'x-b3-spanid': 'b'.repeat(16),
    'x-b3-parentspanid': 'c'.repeat(16),
    'x-b3-sampled': '1',
  }

  test.each(['pass', 'istio', 'istioTraced'])('%s: x-request-id and B3 are as sent', async (listener) => {
    const { headers, traceId, spanId } = newCaller()
    const answer = await ask(through(gateways.public, addressOf(listener)), { ...headers, ...istio })
    expect(Object.fromEntries(answer.received)).toMatchObject(istio)
    const last = listener === 'istioTraced' ? proxied(served('w3c')) : served('w3c')
    await expectTree(traceId, { ...called('gateway', last), parentSpanId: spanId })
  })

  test('by default, a tracing Envoy writes its decision into one digit of x-request-id', async () => {
    const { headers } = newCaller()
    const answer = await ask(through(gateways.public, addressOf('traced')), { ...headers, ...istio })
    const { 'x-request-id': requestId, ...b3 } = istio
    expect(Object.fromEntries(answer.received)).toMatchObject(b3)
    const [received = ''] = valuesOf(answer, 'x-request-id')
    expect(received).not.toBe(requestId)
    expect(received).toBe(`${requestId.slice(0, 14)}9${requestId.slice(15)}`)
  })

  test('a worker whose list begins with tracecontext continues the span of Envoy, not the B3 of its caller', async () => {
    const { traceId, spanId, headers } = newCaller()
    const sent = { ...headers, b3: `${traceId}-${spanId}-1` }
    await ask(through(addressOf('bridge'), services.b3), sent)
    await expectTree(traceId, { ...proxied(called('gateway', served('b3'))), parentSpanId: spanId })
  })

  test('a B3 service behind Envoy continues the span of the worker, beside the span of Envoy', async () => {
    const { traceId, spanId, headers } = newCaller()
    await ask(through(gateways.b3, addressOf('b3Traced')), headers)
    await expectTree(traceId, { ...called('gateway', proxied(), served('b3')), parentSpanId: spanId })
  })
})

import { randomBytes } from 'node:crypto'
import { describe, expect, inject, test } from 'vitest'
import { runDoctor } from './doctor.ts'
import { called, expectTree, served } from './expected.ts'
import { type Answer, ask, newCaller, through, valuesOf } from './requests.ts'
import type { Format } from './service/propagators.ts'

const { gateways, services, nginx, envoy, uiUrl } = inject('chain')
const FORMATS = Object.keys(services) as Format[]
/** The headers that carry the context in each format. */
const HEADERS = {
  b3: ['b3'],
  b3multi: ['x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled'],
  jaeger: ['uber-trace-id'],
} as const
const BRIDGED = Object.keys(HEADERS) as (keyof typeof HEADERS)[]

describe.each(BRIDGED)('a service that speaks only %s, and a gateway with that format', (format) => {
  test('the gateway continues the trace of a page in it', async () => {
    const { traceId, spanId, headers } = newCaller()
    const answer = await ask(through(gateways[format], services[format]), headers)
    await expectTree(traceId, { ...called('gateway', served(format)), parentSpanId: spanId })
    for (const name of HEADERS[format]) expect(valuesOf(answer, name)).toHaveLength(1)
  })

  test('the gateway continues its trace', async () => {
    const { traceId } = await ask(through(services[format], gateways[format], services.w3c), {})
    await expectTree(traceId, called(format, called('gateway', served('w3c'))))
  })

  test('a gateway without the format starts a trace of its own between two of them', async () => {
    const { traceId } = await ask(through(services[format], gateways.w3c, services[format]), {})
    // The application of the gateway forwards the headers that it does not know.
    const root = await expectTree(traceId, {
      ...called(format, served(format)),
      children: [{ name: 'GET', kind: 'CLIENT', children: [served(format)] }],
    })
    expect(root.service).toBe(format)
  })
})

test('the doctor names the call to a service of another format', async () => {
  const findings = await runDoctor(
    gateways.w3c,
    `--request=${through(gateways.w3c, services.b3)}`,
    ...[`--backend=${uiUrl}`, '--expect=gateway,b3', '--wait=4'],
  )
  expect(findings.map(({ id }) => id)).toEqual(['trace-service-missing'])
  expect(findings[0]?.seen).toContain(`no server span below gateway "GET" to ${services.b3}/answer`)
})

describe('a gateway with all formats', () => {
  const pairs = FORMATS.flatMap((from) => FORMATS.map((to) => [from, to] as const)).filter(
    ([from, to]) => to !== 'b3-64' || from === 'b3-64',
  )

  test.each(pairs)('connects a %s service to a %s service', async (from, to) => {
    const { traceId } = await ask(through(services[from], gateways.all, services[to]), {})
    await expectTree(traceId, called(from, called('gateway', served(to))))
  })

  test.each([
    ['b3', (trace: string, span: string) => ({ b3: `${trace}-${span}-0` })],
    [
      'b3multi',
      (trace: string, span: string) => ({
        'x-b3-traceid': trace,
        'x-b3-spanid': span,
        'x-b3-sampled': '0',
      }),
    ],
    ['jaeger', (trace: string, span: string) => ({ 'uber-trace-id': `${trace}:${span}:0:0` })],
    ['w3c', (trace: string, span: string) => ({ traceparent: `00-${trace}-${span}-00` })],
  ])('a trace that is not sampled in %s is not sampled in any format', async (_, write) => {
    const { traceId, spanId } = newCaller()
    const { received } = await ask(through(gateways.all, services.w3c), write(traceId, spanId))
    const span = '[0-9a-f]{16}'
    expect(Object.fromEntries(received)).toMatchObject({
      traceparent: expect.stringMatching(`^00-${traceId}-${span}-00$`),
      b3: expect.stringMatching(`^${traceId}-${span}-0$`),
      'x-b3-traceid': traceId,
      'x-b3-sampled': '0',
      'uber-trace-id': expect.stringMatching(`^${traceId}:${span}:0:0$`),
    })
  })

  test('headers of a format that the caller also sent are replaced, not forwarded', async () => {
    const { traceId, spanId, headers } = newCaller()
    const stale = {
      b3: `${'a'.repeat(32)}-${'b'.repeat(16)}-1`,
      'x-b3-traceid': 'a'.repeat(32),
      'x-b3-spanid': 'b'.repeat(16),
      'x-b3-parentspanid': 'c'.repeat(16),
      'uber-trace-id': `${'a'.repeat(32)}:${'b'.repeat(16)}:0:1`,
    }
    const answer = await ask(through(gateways.all, services.b3), { ...headers, ...stale })
    await expectTree(traceId, { ...called('gateway', served('b3')), parentSpanId: spanId })
    expect(JSON.stringify(answer.received)).not.toMatch(/a{32}|b{16}|c{16}/)
  })
})

describe('trace ids of 64 bits', () => {
  const shortTraceId = () => randomBytes(8).toString('hex').padStart(32, '0')

  test('the gateway continues a trace of 64 bits, with zeros on the left', async () => {
    const { traceId, received } = await ask(
      through(services['b3-64'], gateways.b3multi, services.b3multi),
      {},
    )
    expect(traceId).toMatch(/^0{16}[0-9a-f]{16}$/)
    expect(Object.fromEntries(received)).toMatchObject({ 'x-b3-traceid': traceId })
    await expectTree(traceId, called('b3-64', called('gateway', served('b3multi'))))
  })

  test('a trace that began with 64 bits is one tree in a service with 64 bits', async () => {
    const { spanId, headers } = newCaller()
    const traceId = shortTraceId()
    const traceparent = `00-${traceId}-${spanId}-01`
    await ask(through(gateways.b3multi, services['b3-64']), { ...headers, traceparent })
    await expectTree(traceId, { ...called('gateway', served('b3-64')), parentSpanId: spanId })
  })

  test('a service with 64 bits cuts off a longer trace id, which splits the trace', async () => {
    const { traceId, spanId, headers } = newCaller()
    const answer = await ask(through(gateways.b3multi, services['b3-64']), headers)
    expect(answer.traceId).toBe(traceId.slice(16).padStart(32, '0'))
    const { children } = await expectTree(traceId, { ...called('gateway'), parentSpanId: spanId })
    await expectTree(answer.traceId, { ...served('b3-64'), parentSpanId: children[0]?.spanId ?? '' })
  })
})

describe("SkyWalking's headers", () => {
  const sent = {
    sw8: '1-NTM4MjQ4ZWI5ZTQ0NDI1ZQ==-NTM4MjQ4ZWI5ZTQ0NDI1ZS4xLjE=-3-c2hvcA==-aW5zdGFuY2UtMQ==-L2FwaS9vcmRlcnM=-MTI3LjAuMC4xOjgwODA=',
    'sw8-correlation': 'a2V5:dmFsdWU=,a2V5Mg==:dmFsdWUy',
    'sw8-x': '0-1602043893112',
  }
  const expectUntouched = (answer: Answer) =>
    expect(answer.received.filter(([name]) => name.startsWith('sw8'))).toEqual(Object.entries(sent))

  test.each(['public', 'all'] as const)('pass through the gateway %s to a service', async (name) => {
    const { headers } = newCaller()
    expectUntouched(await ask(through(gateways[name], services.w3c), { ...headers, ...sent }))
  })

  test.each(['w3c', 'all'] as const)('pass from a service through the gateway %s', async (name) => {
    expectUntouched(await ask(through(services.w3c, gateways[name], services.b3), sent))
  })

  test.skipIf('missing' in nginx || 'missing' in envoy)(
    'pass through nginx, Envoy and the gateway',
    async () => {
      if ('missing' in nginx || 'missing' in envoy) return
      const { headers } = newCaller()
      const url = through(nginx.urls.front ?? '', envoy.urls.frontTraced ?? '', nginx.urls.pass ?? '')
      expectUntouched(await ask(url, { ...headers, ...sent }))
    },
  )
})

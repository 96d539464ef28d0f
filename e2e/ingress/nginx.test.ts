import { describe, expect, inject, test } from 'vitest'
import { runDoctor } from './doctor.ts'
import { called, expectTree, served } from './expected.ts'
import { ask, newCaller, through, valuesOf } from './requests.ts'

const { nginx, gateways, services, uiUrl } = inject('chain')
const { public: gateway } = gateways
const isMissing = 'missing' in nginx
const addressOf = (name: string) => (isMissing ? '' : (nginx.urls[name] ?? ''))
const BACKEND = [`--backend=${uiUrl}`, '--expect=gateway,w3c'] as const
// A service that is not in the trace is waited for this long.
const WAIT = '--wait=4'

/** The longest `baggage` of which the W3C's specification asks that it is propagated: 8,192 characters. */
const LONG_BAGGAGE = Array.from(
  { length: 64 },
  (_, index) => `k${String(index).padStart(2, '0')}=${'v'.repeat(123)}`,
)
  .join(',')
  .padEnd(8192, 'v')
/** The longest `tracestate` of which it asks that: 512 characters. */
const LONG_TRACESTATE = `a=${'1'.repeat(250)},b=${'2'.repeat(250)},c=3333`

describe.skipIf(isMissing)('nginx behind the worker', () => {
  test.each(['pass', 'guide', 'selected', 'underscores'])('%s: the trace is one tree', async (server) => {
    const { traceId, spanId, headers } = newCaller()
    const tracestate = ['congo=1', 'rojo=2']
    const answer = await ask(through(gateway, addressOf(server)), { ...headers, tracestate, baggage: 'k=v' })
    await expectTree(traceId, { ...called('gateway', served('w3c')), parentSpanId: spanId })
    expect(valuesOf(answer, 'tracestate')).toEqual(['congo=1,rojo=2'])
    expect(valuesOf(answer, 'baggage')).toEqual(['k=v'])
  })

  test('the doctor finds nothing', async () => {
    const request = through(gateway, addressOf('guide'))
    expect(await runDoctor(gateway, `--request=${request}`, ...BACKEND)).toEqual([])
  })

  test('nginx that strips traceparent splits the trace, and the doctor names the hop', async () => {
    const { traceId, spanId, headers } = newCaller()
    const request = through(gateway, addressOf('stripped'))
    const answer = await ask(request, headers)
    expect(valuesOf(answer, 'traceparent')).toEqual([])
    expect(answer.traceId).not.toBe(traceId)
    await expectTree(traceId, { ...called('gateway'), parentSpanId: spanId })
    await expectTree(answer.traceId, served('w3c'))
    await expectBrokenHop(request, addressOf('stripped'))
  })

  test('nginx that sends traceparent twice splits the trace, and the doctor names the hop', async () => {
    const { traceId, spanId, headers } = newCaller()
    const request = through(gateway, addressOf('doubled'))
    const answer = await ask(request, headers)
    const [first, second, ...others] = valuesOf(answer, 'traceparent')
    expect(first).toContain(traceId)
    expect([second, others]).toEqual([first, []])
    await expectTree(traceId, { ...called('gateway'), parentSpanId: spanId })
    await expectTree(answer.traceId, served('w3c'))
    await expectBrokenHop(request, addressOf('doubled'))
  })

  /** The doctor's trace lacks the service, and the finding names the call that nothing continues. */
  async function expectBrokenHop(request: string, hop: string): Promise<void> {
    const findings = await runDoctor(gateway, `--request=${request}`, ...BACKEND, WAIT)
    expect(findings.map(({ id }) => id)).toEqual(['trace-service-missing'])
    expect(findings[0]?.seen).toMatch(/^no span of w3c after 4 s; trace [0-9a-f]{32} has spans of gateway; /)
    expect(findings[0]?.seen).toContain(`no server span below gateway "GET" to ${hop}/answer`)
  }
})

describe.skipIf(isMissing)('nginx in front of the worker', () => {
  test('the trace of the caller is one tree, and the response names it', async () => {
    const { traceId, spanId, headers } = newCaller()
    const answer = await ask(through(addressOf('front'), addressOf('pass')), headers)
    await expectTree(traceId, { ...called('gateway', served('w3c')), parentSpanId: spanId })
    expect(answer.headers['server-timing']).toContain(`traceparent;desc="00-${traceId}-`)
  })

  test('the doctor finds nothing', async () => {
    const front = addressOf('front')
    const request = through(front, addressOf('pass'))
    expect(await runDoctor(front, `--request=${request}`, ...BACKEND)).toEqual([])
  })

  test('without the Host header of the page, the relay refuses its spans, which the doctor says', async () => {
    const findings = await runDoctor(addressOf('frontHost'))
    expect(findings.map(({ id }) => id)).toEqual(['relay-forbidden'])
  })

  test.each(['frontStripped', 'frontDoubled'])(
    '%s: the worker starts a trace, which the doctor says',
    async (server) => {
      const { traceId, headers } = newCaller()
      const answer = await ask(through(addressOf(server), services.w3c), headers)
      expect(answer.traceId).not.toBe(traceId)
      await expectTree(answer.traceId, called('gateway', served('w3c')))
      const findings = await runDoctor(gateway, `--request=${through(addressOf(server), services.w3c)}`)
      expect(findings.map(({ id }) => id)).toEqual(['edge-new-trace'])
      expect(findings[0]?.fix).toContain('check that no proxy removes traceparent or sends it twice')
    },
  )
})

describe.skipIf(isMissing)('long headers and header names through nginx', () => {
  const long = { tracestate: LONG_TRACESTATE, baggage: LONG_BAGGAGE }

  test('by default nginx refuses a request with the longest baggage', async () => {
    const { headers } = newCaller()
    expect(LONG_BAGGAGE).toHaveLength(8192)
    expect((await ask(through(addressOf('pass')), { ...headers, ...long })).status).toBe(400)
  })

  test('with large_client_header_buffers of 16k it forwards the longest baggage and tracestate', async () => {
    const { traceId, spanId, headers } = newCaller()
    expect(LONG_TRACESTATE).toHaveLength(512)
    const answer = await ask(through(addressOf('guide')), { ...headers, ...long })
    await expectTree(traceId, { ...served('w3c'), parentSpanId: spanId })
    expect(valuesOf(answer, 'baggage')).toEqual([LONG_BAGGAGE])
    expect(valuesOf(answer, 'tracestate')).toEqual([LONG_TRACESTATE])
  })

  test('a public worker behind nginx continues 1,024 characters of baggage', async () => {
    const { traceId, spanId, headers } = newCaller()
    const answer = await ask(through(addressOf('front'), addressOf('guide')), { ...headers, ...long })
    await expectTree(traceId, { ...called('gateway', served('w3c')), parentSpanId: spanId })
    const [baggage = ''] = valuesOf(answer, 'baggage')
    expect(LONG_BAGGAGE.startsWith(`${baggage},`)).toBe(true)
    expect(baggage.length).toBeLessThanOrEqual(1024)
    expect(valuesOf(answer, 'tracestate')).toEqual([LONG_TRACESTATE])
  })

  test('nginx drops header names with underscores, which no format of traces has', async () => {
    const names = ['b3', 'x-b3-traceid', 'uber-trace-id', 'sw8', 'sw8-correlation', 'sw8-x']
    const sent = Object.fromEntries([...names, 'my_trace'].map((name) => [name, 'value']))
    const receivedBy = async (server: string) =>
      (await ask(through(addressOf(server)), sent)).received
        .map(([name]) => name)
        .filter((name) => name in sent)
    expect((await receivedBy('pass')).sort()).toEqual([...names].sort())
    expect((await receivedBy('underscores')).sort()).toEqual([...names, 'my_trace'].sort())
  })
})

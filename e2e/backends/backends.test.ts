import { type ExpectedSpan, expectTrace, type SpanNode } from '@throughline/otel-testing'
import { describe, expect, inject, test } from 'vitest'
import { runDoctor } from '../ingress/doctor.ts'
import { traceSource } from '../trace.ts'
import { LANGUAGES } from './languages.ts'
import { newCaller, receivedTraceparent, through } from './requests.ts'

const { gateway, uiUrl, apps } = inject('backends')

/** A server span can end when the response is closed, which on a busy machine is after the client has read it. */
const GRACE_MILLIS = 2_000

/** The address of an app that runs. */
function urlOf(name: keyof typeof apps): string {
  const app = apps[name]
  return 'missing' in app ? '' : app.url
}

/** The spans of the gateway, with what continues its call. */
function called(status: 'ERROR' | 'UNSET', child: ExpectedSpan): ExpectedSpan {
  const call: ExpectedSpan = { service: 'gateway', name: 'GET', kind: 'CLIENT', status, children: [child] }
  return { service: 'gateway', name: 'GET /call', kind: 'SERVER', status, children: [call] }
}

/** Waits for the whole trace, and asserts that it is this tree and nothing else. */
function expectTree(traceId: string, expected: ExpectedSpan): Promise<SpanNode> {
  return expectTrace(traceSource(uiUrl, traceId), expected, { traceId, graceMillis: GRACE_MILLIS })
}

describe.each(LANGUAGES)('the app in $name of docs/backends', ({ name, ...spans }) => {
  const isMissing = 'missing' in apps[name]
  const { order, stock, call, inside, recordsException } = spans

  test.skipIf(isMissing)('continues the trace of the worker, and passes it on', async () => {
    const { traceId, spanId, headers } = newCaller()
    const response = await fetch(through(gateway, `${urlOf(name)}/orders/7/stock`), { headers })
    expect(response.status).toBe(200)
    const last: ExpectedSpan = { service: 'stock', name: 'GET', kind: 'SERVER', children: [] }
    const client: ExpectedSpan = { service: name, name: call, kind: 'CLIENT', children: [last] }
    const server: ExpectedSpan = { service: name, name: stock, kind: 'SERVER', status: 'UNSET' }
    await expectTree(traceId, {
      ...called('UNSET', { ...server, children: [client, ...inside] }),
      parentSpanId: spanId,
    })
    expect(await receivedTraceparent(response)).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`))
  })

  test.skipIf(isMissing)('records an error of its handler with the status', async () => {
    const { traceId, spanId, headers } = newCaller()
    const response = await fetch(through(gateway, `${urlOf(name)}/orders/0`), { headers })
    expect(response.status).toBe(500)
    await response.text()
    const server: ExpectedSpan = { service: name, name: order, kind: 'SERVER', status: 'ERROR' }
    const root = await expectTree(traceId, {
      ...called('ERROR', {
        ...server,
        attributes: { 'http.response.status_code': 500 },
        children: inside,
      }),
      parentSpanId: spanId,
    })
    const events = root.children[0]?.children[0]?.events?.map((event) => event.name) ?? []
    expect(events.includes('exception')).toBe(recordsException)
  })

  test.skipIf(isMissing)('passes on that a trace is not sampled', async () => {
    const { traceId, headers } = newCaller('00')
    const response = await fetch(through(gateway, `${urlOf(name)}/orders/7/stock`), { headers })
    expect(await receivedTraceparent(response)).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`))
  })

  test.skipIf(isMissing)('the doctor finds nothing', async () => {
    const request = through(gateway, `${urlOf(name)}/orders/7/stock`)
    const args = [`--request=${request}`, `--backend=${uiUrl}`, `--expect=gateway,${name},stock`]
    expect(await runDoctor(gateway, ...args)).toEqual([])
  })
})

describe.each(['node-without-hook', 'python-without-protocol'] as const)(
  'the trap of a guide: %s',
  (name) => {
    test.skipIf('missing' in apps[name])('the doctor names the call that no service continues', async () => {
      const app = `${urlOf(name)}/orders/7`
      const args = [`--request=${through(gateway, app)}`, `--backend=${uiUrl}`, `--expect=gateway,${name}`]
      const findings = await runDoctor(gateway, ...args, '--wait=4')
      expect(findings.map(({ id }) => id)).toEqual(['trace-service-missing'])
      expect(findings[0]?.seen).toContain(`no server span below gateway "GET" to ${app}`)
    })
  },
)

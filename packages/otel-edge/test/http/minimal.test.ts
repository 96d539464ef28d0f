import { type HttpServer, startHttpServer } from '@throughline/otel-testing/node'
import { Hono } from 'hono'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { tracing } from '../../src/minimal.ts'

const warnings = vi.spyOn(console, 'warn').mockImplementation(() => {})
const TRACE = 'a'.repeat(32)
const INCOMING = {
  traceparent: `00-${TRACE}-${'b'.repeat(16)}-01`,
  baggage: 'user=anna',
  b3: `${'c'.repeat(32)}-${'d'.repeat(16)}-1`,
}

let echo: HttpServer
beforeAll(async () => {
  echo = await startHttpServer((request, response) => response.end(JSON.stringify(request.headers)))
})
afterAll(() => echo?.close())

/** The headers that a server gets from a worker of the minimal entry, called with several formats. */
async function forwarded(OTEL_PROPAGATORS: string): Promise<Record<string, string>> {
  const app = new Hono().use(tracing({ trust: 'all' })).get('/', () => fetch(echo.url))
  const response = await app.request(
    '/',
    { headers: INCOMING },
    { OTEL_PROPAGATORS, OTEL_TRACES_EXPORTER: 'none' },
  )
  return (await response.json()) as Record<string, string>
}

test.each([
  ['', [TRACE, 'user=anna']],
  ['tracecontext', [TRACE, undefined]],
  ['baggage', [undefined, 'user=anna']],
  ['b3,tracecontext', [TRACE, undefined]],
  ['none', [undefined, undefined]],
])('OTEL_PROPAGATORS=%s in the minimal entry propagates %j', async (names, expected) => {
  const { traceparent, baggage, b3 } = await forwarded(names)
  expect([traceparent?.slice(3, 35), baggage, b3]).toEqual([...expected, undefined])
})

test('a propagator that the minimal entry does not have is named in a warning', async () => {
  await forwarded('jaeger')
  expect(warnings.mock.calls).toContainEqual([
    'throughline: OTEL_PROPAGATORS=jaeger: the minimal entry has tracecontext,baggage only',
  ])
})

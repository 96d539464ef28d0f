import { type Collector, startCollector } from '@throughline/otel-collector'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deprecatedAttributesModule } from '../build/deprecated-attributes.ts'
import { DEPRECATED_ATTRIBUTES } from '../src/doctor/trace/deprecated-attributes.ts'
import { diagnoseTrace, embeddedCollector, fakeJaeger, fakeZipkin } from './backends.ts'
import { IDS } from './planted-trace.ts'
import { startSite } from './site.ts'
import { TRACE_FAULTS } from './trace-faults.ts'

let collector: Collector
beforeAll(async () => {
  collector = await startCollector({ otlpPort: 0, uiPort: 0 })
})
afterAll(() => collector?.shutdown())

const embedded = async () => embeddedCollector(collector)

/** The address of the log lines of a trace. */
async function startLogs(linesOf: (traceId: string) => string): Promise<string> {
  const { url } = await startSite({ 'GET /logs/*': ({ url = '' }) => ({ body: linesOf(url.slice(6)) }) })
  return `${url}logs/{traceId}`
}

describe('a trace with one fault gives its finding and no other', () => {
  test.each(TRACE_FAULTS)('$name: $finds', async (fault) => {
    const { finds, sees = /\S/, change, backend = embedded, args = [], api, logs } = fault
    const apis = api ? [`--api=${(await startSite(api)).url}`] : []
    const logArgs = logs ? ['--deep', `--logs=${await startLogs(logs)}`] : []
    const findings = await diagnoseTrace(await backend(), change, ...args, ...apis, ...logArgs)
    expect(findings.map(({ id }) => id)).toEqual([finds])
    expect(findings[0]?.seen).toMatch(sees)
  })
})

describe.each([
  ['the embedded collector', embedded],
  ['Jaeger', fakeJaeger],
  ['Zipkin', fakeZipkin],
] as const)('a healthy trace in %s gives no finding', (_, start) => {
  test('with the services that are expected', async () => {
    expect(await diagnoseTrace(await start(), (spans) => spans, '--expect=gateway,shop')).toEqual([])
  })

  test('in a deep run, with its log lines', async () => {
    const logs = await startLogs((traceId) => `{"trace_id":"${traceId}","span_id":"${IDS.shop}"}\n`)
    expect(
      await diagnoseTrace(await start(), (spans) => spans, '--deep', '--expect=shop', `--logs=${logs}`),
    ).toEqual([])
  })

  test('with a consumer after its parent, a page that was left, and parallel requests to one address', async () => {
    const findings = await diagnoseTrace(await start(), (spans) => {
      const [gateway, call, shop] = spans
      if (!gateway || !call || !shop) throw new Error('the healthy trace has changed')
      const { parentSpanId: _, ...rest } = call
      return [
        ...spans,
        { ...shop, name: 'process', kind: 'CONSUMER', spanId: 'aaaaaaaaaaaaaaa1', start: -20, end: 400 },
        { ...rest, spanId: 'aaaaaaaaaaaaaaa2', parentSpanId: IDS.gateway, start: 12, end: 88 },
        { ...shop, spanId: 'aaaaaaaaaaaaaaa3', parentSpanId: 'aaaaaaaaaaaaaaa2', start: 22, end: 78 },
        {
          ...shop,
          kind: 'INTERNAL',
          spanId: 'aaaaaaaaaaaaaaa4',
          start: -30,
          attributes: { 'throughline.incomplete': true },
        },
      ]
    })
    expect(findings).toEqual([])
  })
})

test.each(['python', 'go'])(
  'an SDK for %s that exports no flags of traceparent gives no finding',
  async (language) => {
    const findings = await diagnoseTrace(await embedded(), (spans) =>
      spans.map((span) =>
        span.service === 'shop'
          ? { ...span, flags: 0x300, resource: { 'telemetry.sdk.language': language } }
          : span,
      ),
    )
    expect(findings).toEqual([])
  },
)

test('the value of a secret is not printed', async () => {
  const findings = await diagnoseTrace(await embedded(), (spans) =>
    spans.map((span) => ({ ...span, attributes: { 'app.password': 'correct-horse' } })),
  )
  expect(findings.map(({ id }) => id)).toEqual(['trace-secret'])
  expect(JSON.stringify(findings)).not.toContain('correct-horse')
})

describe('the deprecated attributes', () => {
  test('are those of the installed conventions', () => {
    expect(deprecatedAttributesModule()).toContain(
      [...DEPRECATED_ATTRIBUTES].map((entry) => entry.join(' ')).join('\n'),
    )
    expect(deprecatedAttributesModule().match(/^[\w.]+ [\w.,]+$/gm)).toHaveLength(DEPRECATED_ATTRIBUTES.size)
  })

  test('have replacements', () => {
    expect(DEPRECATED_ATTRIBUTES.get('http.method')).toEqual(['http.request.method'])
    expect(DEPRECATED_ATTRIBUTES.get('http.request.method')).toBeUndefined()
  })
})

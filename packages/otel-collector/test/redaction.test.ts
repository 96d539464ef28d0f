import type { OtlpSpan, TraceRequest } from '@throughline/otel-shared'
import { expect, test } from 'vitest'
import { knownSecrets } from '../../otel-shared/test/known-secrets.ts'
import { getJson, startTestCollector } from './collector.ts'
import { attribute, makeRequest, makeSpan, postJson } from './otlp.ts'

const samples = knownSecrets().texts.filter((_, index) => index % 5 === 0)
const { traceId } = makeSpan()
const request = makeRequest(
  'shop',
  samples.map(([, text]) => {
    const attributes = [attribute('a', text), attribute('db.password', 'opaque-1')]
    return makeSpan({
      traceId,
      name: text,
      attributes,
      events: [{ timeUnixNano: '1', name: text, attributes }],
      status: { code: 2, message: text },
    })
  }),
)

test('a collector that redacts stores no secret', async () => {
  const collector = await startTestCollector({ redact: true })
  expect((await postJson(collector.otlpUrl, request)).status).toBe(200)
  const stored = JSON.stringify((await getJson(collector, `/api/v3/traces/${traceId}`)).body)
  expect(samples.filter(([, , secret]) => stored.includes(secret))).toEqual([])
  expect(stored).toContain('REDACTED')
  expect(stored).not.toContain('opaque-1')
})

test('the callback of a collector that redacts gets the spans as they are stored', async () => {
  const seen: unknown[] = []
  const collector = await startTestCollector({ redact: true, onSpans: (stored) => seen.push(stored) })
  expect((await postJson(collector.otlpUrl, request)).status).toBe(200)
  const { body } = await getJson(collector, `/api/v3/traces/${traceId}`)
  expect(samples.filter(([, , secret]) => JSON.stringify(seen).includes(secret))).toEqual([])
  const spansOf = (value: unknown) =>
    (value as TraceRequest).resourceSpans.flatMap(({ scopeSpans }) =>
      scopeSpans.flatMap(({ spans }) => spans),
    )
  const byId = (spans: readonly OtlpSpan[]) => new Map(spans.map((span) => [span.spanId, span]))
  expect(byId(spansOf(seen[0]))).toEqual(byId(spansOf((body as { result: unknown }).result)))
})

test('spans are stored unchanged by default', async () => {
  const collector = await startTestCollector()
  expect((await postJson(collector.otlpUrl, request)).status).toBe(200)
  const stored = JSON.stringify((await getJson(collector, `/api/v3/traces/${traceId}`)).body)
  expect(stored).toContain('opaque-1')
})

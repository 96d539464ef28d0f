import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { SpanStatusCode, trace } from '@opentelemetry/api'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { knownSecrets } from '../../../otel-shared/test/known-secrets.ts'
import { tracing } from '../../src/index.ts'
import { TestCollector } from '../collector.ts'

// One secret of each family. The table itself is tested in otel-shared.
const SAMPLES = [...knownSecrets().urls, ...knownSecrets().texts].filter((_, index) => index % 10 === 0)

test('secrets are redacted in every text that an app puts on its spans', async () => {
  const collector = new TestCollector()
  const app = new Hono().use(tracing(collector.options())).get('/', (c) => {
    for (const [, text] of SAMPLES) {
      const attributes = {
        'app.text': text,
        'app.list': ['fine', text],
        'app.password': 'opaque-1',
        'app.otp': 482_913,
        'app.has_password': true,
      }
      const links = [
        { context: { traceId: '1'.repeat(32), spanId: '1'.repeat(16), traceFlags: 1 }, attributes },
      ]
      const span = trace.getTracer('app').startSpan(`load ${text}`, { attributes, links })
      span.setAttributes(attributes)
      span.addEvent(`event ${text}`, attributes)
      span.recordException(new Error(text))
      span.setStatus({ code: SpanStatusCode.ERROR, message: text })
      span.end()
      trace.getTracer('app').startSpan('x').updateName(text).end()
    }
    return c.text('ok')
  })
  const ctx = createExecutionContext()
  await app.fetch(new Request('http://x/'), {}, ctx)
  await waitOnExecutionContext(ctx)
  const spans = JSON.stringify(await collector.waitForSpans(SAMPLES.length * 2 + 1))
  expect(SAMPLES.filter(([, , secret]) => spans.includes(secret))).toEqual([])
  expect(spans).not.toMatch(/opaque-1|482913/)
  expect(spans).toContain('"app.has_password","value":{"boolValue":true}')
})

test('secrets are redacted in the attributes of the resource', async () => {
  const collector = new TestCollector()
  const resourceAttributes = {
    'deployment.token': 'opaque-1',
    'deployment.by': 'anna@example.com',
    team: 'blue',
  }
  const app = new Hono().use(tracing(collector.options({ resourceAttributes }))).get('/', (c) => c.text('ok'))
  const ctx = createExecutionContext()
  await app.fetch(new Request('http://x/'), {}, ctx)
  await waitOnExecutionContext(ctx)
  await collector.waitForSpans(1)
  const [request] = await collector.requests()
  const attributes = request?.resourceSpans?.[0]?.resource.attributes ?? []
  expect(attributes).toEqual(
    expect.arrayContaining([
      { key: 'deployment.token', value: { stringValue: 'REDACTED' } },
      { key: 'deployment.by', value: { stringValue: 'REDACTED' } },
      { key: 'team', value: { stringValue: 'blue' } },
    ]),
  )
})

test('values of listed query parameters are kept in URLs that an app sets', async () => {
  const collector = new TestCollector()
  const app = new Hono().use(tracing(collector.options({ keepQuery: ['page'] }))).get('/', (c) => {
    trace.getActiveSpan()?.setAttribute('url.full', 'https://shop.example/?page=2&q=umbrella')
    return c.text('ok')
  })
  const ctx = createExecutionContext()
  await app.fetch(new Request('http://x/'), {}, ctx)
  await waitOnExecutionContext(ctx)
  expect(JSON.stringify(await collector.waitForSpans(1))).toContain('?page=2&q=REDACTED')
})

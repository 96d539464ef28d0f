import { startHttpServer } from '@throughline/otel-testing/node'
import { makeRequest, makeSpan } from '../test/otlp.ts'
import { expect, rowNames, test } from './fixtures.ts'

test('a page of another origin can send spans by fetch, with and without keepalive', async ({
  page,
  collector,
}) => {
  const shop = await startHttpServer((_, response) =>
    response.setHeader('content-type', 'text/html').end('a shop'),
  )
  const root = makeSpan({ name: 'fetched' })
  const child = makeSpan({ traceId: root.traceId, parentSpanId: root.spanId, name: 'sent with keepalive' })
  await page.goto(shop.url)
  const answer = await page.evaluate(
    async ([url, fetched, kept]) => {
      const type = 'application/json'
      const response = await fetch(url, { method: 'POST', body: fetched, headers: { 'content-type': type } })
      await fetch(url, { method: 'POST', keepalive: true, body: kept, headers: { 'content-type': type } })
      return { status: response.status, body: await response.text() }
    },
    [
      collector.otlpUrl,
      JSON.stringify(makeRequest('shop-web', [root])),
      JSON.stringify(makeRequest('shop-web', [child])),
    ] as const,
  )
  expect(answer).toEqual({ status: 200, body: '{}' })
  await page.goto(`${collector.uiUrl}/trace/${root.traceId}`)
  await expect.poll(() => rowNames(page)).toEqual(['shop-web fetched', 'shop-web sent with keepalive'])
  await shop.close()
})

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { makeRequest, makeSpan } from '../test/otlp.ts'
import { expect, rowNames, test } from './fixtures.ts'

test('a page of another origin sends spans, by fetch and by beacon', async ({ page, collector }) => {
  const shop = createServer((_, response) =>
    response.setHeader('content-type', 'text/html').end('a shop'),
  ).listen(0)
  await once(shop, 'listening')
  const root = makeSpan({ name: 'fetched' })
  const child = makeSpan({ traceId: root.traceId, parentSpanId: root.spanId, name: 'sent by beacon' })
  await page.goto(`http://localhost:${(shop.address() as AddressInfo).port}/`)
  const answer = await page.evaluate(
    async ([url, fetched, beacon]) => {
      const type = 'application/json'
      const response = await fetch(url, { method: 'POST', body: fetched, headers: { 'content-type': type } })
      navigator.sendBeacon(url, new Blob([beacon], { type }))
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
  await expect.poll(() => rowNames(page)).toEqual(['shop-web fetched', 'shop-web sent by beacon'])
  shop.close()
})

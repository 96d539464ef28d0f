import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Shop, startShop } from './start-shop.ts'

const NOWHERE = 'http://localhost:1'
const ACCEPT_PAGE = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

let shop: Shop

beforeAll(async () => {
  shop = await startShop({ backendUrl: NOWHERE, otlpEndpoint: NOWHERE })
})
afterAll(() => shop?.stop())

describe('the gateway', () => {
  it.each(['/', '/products/enamel-mug', '/checkout'])('serves the page to a browser at %s', async (path) => {
    const response = await shop.fetch(path, { headers: ACCEPT_PAGE })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(await response.text()).toContain('The shop')
  })

  it.each(['/assets/missing.js', '/missing.js'])('has no page for a missing script: %s', async (path) => {
    const response = await shop.fetch(path)
    expect(response.status).toBe(404)
    await response.text()
  })

  it('leaves files to the platform, which traces nothing', async () => {
    const response = await shop.fetch('/site.js')
    expect(await response.text()).toBe('export {}')
    expect(response.headers.get('server-timing')).toBeNull()
  })

  it('tells the page where traces are shown, and lets nobody keep it', async () => {
    const response = await shop.fetch('/config.json')
    expect(await response.json()).toEqual({ traceUrl: 'http://localhost:16686/trace/{traceId}' })
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  it('passes everything below /api to the shop', async () => {
    const response = await shop.fetch('/api/products/enamel-mug')
    expect(await response.json()).toMatchObject({ id: 'enamel-mug' })
  })
})

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
  it.each(['/', '/products/enamel-mug', '/checkout'])('a browser gets the page at %s', async (path) => {
    const response = await shop.fetch(path, { headers: ACCEPT_PAGE })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(await response.text()).toContain('The shop')
  })

  it.each(['/assets/missing.js', '/missing.js'])(
    'a missing script is a 404, not the page: %s',
    async (path) => {
      const response = await shop.fetch(path)
      expect(response.status).toBe(404)
      await response.text()
    },
  )

  it('the platform serves files without the gateway and without a span', async () => {
    const response = await shop.fetch('/site.js')
    expect(await response.text()).toBe('export {}')
    expect(response.headers.get('server-timing')).toBeNull()
  })

  it('/config.json has the address of traces and is not cached', async () => {
    const response = await shop.fetch('/config.json')
    expect(await response.json()).toEqual({ traceUrl: 'http://localhost:16686/trace/{traceId}' })
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  it('all paths below /api are forwarded to the shop', async () => {
    const response = await shop.fetch('/api/products/enamel-mug')
    expect(await response.json()).toMatchObject({ id: 'enamel-mug' })
  })
})

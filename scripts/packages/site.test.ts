import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumLaunchOptions } from '../../packages/otel-testing/src/page/chromium.ts'
import { buildSite } from '../site.ts'

const TYPES: Readonly<Record<string, string>> = { css: 'text/css', html: 'text/html', js: 'text/javascript' }

let server: Server
let browser: Browser
let origin: string
beforeAll(async () => {
  const folder = await buildSite()
  server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const file = pathname.endsWith('/') ? `${pathname}index.html` : pathname
    const named = /\.\w+$/.test(file) ? file : `${file}.html`
    try {
      const body = await readFile(join(folder, decodeURIComponent(named)))
      response.setHeader('content-type', TYPES[named.split('.').at(-1) ?? ''] ?? 'application/octet-stream')
      response.end(body)
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  origin = `http://localhost:${(server.address() as AddressInfo).port}`
  browser = await chromium.launch(chromiumLaunchOptions())
})
afterAll(async () => {
  await browser?.close()
  server?.close()
})

describe('the site of the documentation', () => {
  test('every page of the sidebar exists and loads without an error', async () => {
    const page = await browser.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(`${page.url()} ${error.message}`))
    page.on('response', (response) => {
      if (response.status() >= 400 && !response.url().endsWith('/favicon.ico')) errors.push(response.url())
    })
    await page.goto(`${origin}/documentation`)
    const links = await page
      .locator('.VPSidebar a')
      .evaluateAll((found) => found.map((link) => (link as HTMLAnchorElement).pathname))
    expect(links.length).toBeGreaterThan(15)
    for (const link of new Set(links)) {
      await page.goto(`${origin}${link}`, { waitUntil: 'load' })
      expect(await page.locator('h1').count(), link).toBe(1)
    }
    expect(errors).toEqual([])
  })

  test('the search finds pages', async () => {
    const page = await browser.newPage()
    await page.goto(origin)
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByRole('searchbox').fill('relay')
    await page.locator('.VPLocalSearchBox .result').first().waitFor()
  })

  test('links into the repository are plain text', async () => {
    const page = await browser.newPage()
    await page.goto(`${origin}/frameworks/react-19`)
    expect(await page.getByRole('link', { name: 'The app of this page' }).count()).toBe(0)
    expect(await page.getByText('The app of this page').count()).toBe(1)
  })
})

import { EventEmitter, once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Page } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { makeRequest } from '../collector/make-request.ts'
import { chromiumLaunchOptions } from './chromium.ts'
import { listenForNoise } from './page-noise.ts'
import { type PageServer, startPageServer } from './page-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'throughline-page-'))
let server: PageServer
beforeAll(async () => {
  mkdirSync(join(folder, 'lib'))
  writeFileSync(join(folder, 'main.js'), 'main()')
  writeFileSync(join(folder, 'lib/a.js'), 'a()')
  server = await startPageServer(folder)
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

const get = (path: string, init?: RequestInit) => fetch(server.url + path, init)

describe('a page server', () => {
  test('serves the pages that are set, with their headers', async () => {
    server.pages.set('/cart', { html: '<p>cart</p>', headers: { 'content-security-policy': 'a' } })
    const response = await get('/cart?x=1')
    expect([
      response.status,
      response.headers.get('content-type'),
      response.headers.get('content-security-policy'),
    ]).toEqual([200, 'text/html', 'a'])
    expect(await response.text()).toBe('<p>cart</p>')
    expect((await get('/none')).status).toBe(404)
  })

  test.each([
    ['/main.js', 200, 'main()', 'text/javascript'],
    ['/lib/a.js?v=1', 200, 'a()', 'text/javascript'],
    ['/none.js', 404, '', null],
  ])('serves the script %s with %i', async (path, ...expected) => {
    const response = await get(path)
    expect([response.status, await response.text(), response.headers.get('content-type')]).toEqual(expected)
  })

  test('lists requests with their trace headers and bodies, and none of exports and of questions about CORS', async () => {
    const before = server.requests.length
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
    await get('/api/cart?x=1', { method: 'PUT', body: 'é', headers: { traceparent } })
    await get('/api/cart', { method: 'OPTIONS' })
    await get('/v1/traces', { method: 'POST', body: JSON.stringify(makeRequest('shop')) })
    expect(server.requests.slice(before)).toMatchObject([
      { method: 'PUT', path: '/api/cart?x=1', traceparent, body: 'é' },
    ])
    expect(server.exports).toHaveLength(1)
    expect(server.origin).toBe(`http://localhost:${server.port}`)
  })

  test('allows other origins the trace headers, and the headers of exports at the collector', async () => {
    const headersOf = async (path: string) => {
      const { status, headers } = await get(path, {
        method: 'OPTIONS',
        headers: { origin: 'https://a.example' },
      })
      return [status, headers.get('access-control-allow-origin'), headers.get('access-control-allow-headers')]
    }
    expect(await headersOf('/api/a')).toEqual([
      204,
      'https://a.example',
      '*, traceparent, tracestate, baggage',
    ])
    expect(await headersOf('/v1/traces')).toEqual([204, 'https://a.example', 'content-type, x-api-key'])
    expect((await get('/api/a')).headers.get('access-control-allow-origin')).toBe('*')
  })
})

describe('the API of a page server', () => {
  test.each<[string, number, string, string]>([
    ['', 200, 'application/json', '{"ok":true,"path":"/api/a"}'],
    ['?status=404', 404, 'application/json', '{"ok":false,"path":"/api/a"}'],
    ['?status=399', 399, 'application/json', '{"ok":true,"path":"/api/a"}'],
    ['?type=text/plain&content=hello', 200, 'text/plain', 'hello'],
    ['?content=', 200, 'application/json', ''],
    ['?chunks=2&content=end', 200, 'application/json', `${' '.repeat(2000)}end`],
    ['?sse&chunks=2', 200, 'text/event-stream', 'data: 0\n\ndata: 1\n\n'],
    ['?sse', 200, 'text/event-stream', ''],
    ['?delay=1&body=1&chunks=1&content=x', 200, 'application/json', `${' '.repeat(1000)}x`],
  ])('answers %s', async (query, status, type, body) => {
    const response = await get(`/api/a${query}`)
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      status,
      type,
      body,
    ])
  })

  test.each([
    ['?redirect=/api/b', 302],
    ['?redirect=/api/b&as=307', 307],
  ])('redirects with %s', async (query, status) => {
    const response = await get(`/api/a${query}`, { redirect: 'manual' })
    expect([response.status, response.headers.get('location')]).toEqual([status, '/api/b'])
  })

  test('closes the connection before and during a response', async () => {
    await expect(get('/api/a?drop')).rejects.toThrow()
    const broken = await get('/api/a?chunks=3&break')
    await expect(broken.text()).rejects.toThrow()
  })

  test('has the time of the receipt in its Server-Timing, moved by the skew', async () => {
    const from = Date.now()
    const timeOf = async (query: string) =>
      Number(/edge;desc="(\d+)"/.exec((await get(`/api/a${query}`)).headers.get('server-timing') ?? '')?.[1])
    const [time, moved] = [await timeOf(''), await timeOf('?skew=-3600000')]
    const to = Date.now()
    expect(time).toBeGreaterThanOrEqual(from)
    expect(time).toBeLessThanOrEqual(to)
    expect(moved + 3_600_000).toBeGreaterThanOrEqual(from)
    expect(moved + 3_600_000).toBeLessThanOrEqual(to)
  })

  test('waits until other paths were requested', async () => {
    const ended: string[] = []
    const waiting = get('/api/slow?until=/api/one,/api/two?x=1').then(() => ended.push('slow'))
    await get('/api/one')
    ended.push('one')
    await get('/api/two?x=1')
    await waiting
    expect(ended).toEqual(['one', 'slow'])
    await get('/api/again?until=/api/one')
  })
})

describe('the WebSocket of a page server', () => {
  const open = async (path: string, headers = '') => {
    const socket = connect(server.port, '127.0.0.1')
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${key}${headers}\r\n`,
    )
    const [answer] = (await once(socket, 'data')) as [Buffer]
    return { socket, answer: answer.toString('latin1') }
  }

  test('is accepted with the key of the example in RFC 6455', async () => {
    const { socket, answer } = await open('/socket')
    expect(answer).toMatch(/^HTTP\/1\.1 101 /)
    expect(answer).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n')
    expect(answer).not.toContain('Sec-WebSocket-Protocol')
    socket.destroy()
  })

  test('has the first protocol that the page names', async () => {
    const { socket, answer } = await open('/socket', 'Sec-WebSocket-Protocol: chat, other\r\n')
    expect(answer).toContain('Sec-WebSocket-Protocol: chat\r\n')
    socket.destroy()
  })

  test('is refused at another path', async () => {
    const { socket, answer } = await open('/other')
    expect(answer).toMatch(/^HTTP\/1\.1 404 /)
    socket.destroy()
  })

  test('sends a message, and answers a close', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/socket`)
    const closed = new Promise<number>((resolve) =>
      socket.addEventListener('close', ({ code }) => resolve(code)),
    )
    const message = await new Promise((resolve, reject) => {
      socket.addEventListener('message', ({ data }) => resolve(data))
      socket.addEventListener('error', () => reject(new Error('the socket failed')))
    })
    socket.close(1000)
    expect([message, await closed]).toEqual(['hi', 1000])
  })
})

test('the noise of a page is what it throws and prints, without failed requests', () => {
  const page = new EventEmitter()
  const noise = listenForNoise(page as unknown as Page)
  page.emit('pageerror', new Error('broken'))
  for (const text of ['hello', 'Failed to load resource: 404', 'and Failed to load resource'])
    page.emit('console', { text: () => text })
  expect(noise).toEqual(['uncaught: broken', 'hello', 'and Failed to load resource'])
})

describe('the launch options of Chromium', () => {
  test('have the program that CHROMIUM_PATH names', () => {
    vi.stubEnv('CHROMIUM_PATH', '/opt/chromium')
    expect(chromiumLaunchOptions()).toMatchObject({ executablePath: '/opt/chromium' })
    vi.unstubAllEnvs()
  })

  test('prevent requests in the background, and have no sandbox only for root', () => {
    const { args = [] } = chromiumLaunchOptions()
    expect(args).toContain('--disable-background-networking')
    expect(args.includes('--no-sandbox')).toBe(process.getuid?.() === 0)
  })

  test.each(['chromium', 'chromium-browser', 'google-chrome'])(
    'have the program %s of PATH, unless there is an own one',
    (name) => {
      const bin = join(folder, name)
      mkdirSync(bin)
      writeFileSync(join(bin, name), '')
      vi.stubEnv('CHROMIUM_PATH', undefined)
      vi.stubEnv('PATH', bin)
      const before = chromiumLaunchOptions().executablePath
      chmodSync(join(bin, name), 0o755)
      const { executablePath } = chromiumLaunchOptions()
      vi.unstubAllEnvs()
      const hasOwn = existsSync(chromium.executablePath())
      expect(executablePath).toBe(hasOwn ? undefined : join(bin, name))
      expect(before).toBeUndefined()
    },
  )
})

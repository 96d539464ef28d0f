import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { injectSnippet, withSnippet } from './index.ts'

const app = new Hono()
app.use(injectSnippet({ data: { 'service-name': 'shop "web"' } }))
app.get('/page', (c) =>
  c.html('<!doctype html><head><title>x</title></head><body>', 200, {
    'content-security-policy': "script-src 'nonce-abc123'",
    'cache-control': 'public, max-age=60',
    etag: '"v1"',
  }),
)
app.get('/json', (c) => c.json({ head: '<head>' }))
app.get('/stream', () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const write = (text: string) => writer.write(new TextEncoder().encode(text))
  void (async () => {
    await write('<html><head><title>a</title></head>')
    await new Promise((resolve) => setTimeout(resolve, 200))
    await write('<p>late</p></html>')
    await writer.close()
  })()
  return new Response(readable, { headers: { 'content-type': 'text/html' } })
})

test('the tag stands first in the head, with the page’s nonce, and the page stays as cacheable as it was', async () => {
  const response = await app.request('/page')
  expect(await response.text()).toBe(
    '<!doctype html><head><script src="/throughline.js" data-service-name="shop &quot;web&quot;" nonce="abc123"></script><title>x</title></head><body>',
  )
  expect([response.headers.get('cache-control'), response.headers.get('etag')]).toEqual([
    'public, max-age=60',
    '"v1"',
  ])
})

test('what is no page is left alone', async () => {
  expect(await (await app.request('/json')).json()).toEqual({ head: '<head>' })
})

test.each([
  ['a part of a page', 206, { 'content-range': 'bytes 0-5/100' }],
  ['a page that nobody on the way may change', 200, { 'cache-control': 'public, no-transform' }],
  ['a download', 200, { 'content-disposition': 'attachment; filename="report.html"' }],
  ['a page of an unknown encoding', 200, { 'content-type': 'text/html; charset=utf8mb4' }],
  ['a page of an encoding that cannot be rewritten', 200, { 'content-type': 'text/html; charset=utf-16' }],
])('%s is left alone', async (_, status, headers) => {
  const page = new Response('<head></head>', { status, headers: { 'content-type': 'text/html', ...headers } })
  expect(await withSnippet(page).text()).toBe('<head></head>')
})

test('a page is not held back: its head is there while the rest is still to come', async () => {
  const response = await app.request('/stream')
  const reader = response.body?.getReader()
  const started = performance.now()
  let text = ''
  while (!text.includes('</head>')) text += new TextDecoder().decode((await reader?.read())?.value)
  expect(performance.now() - started).toBeLessThan(150)
  expect(text).toContain('<head><script src="/throughline.js"')
  await reader?.cancel()
})

test.each([
  ["style-src 'nonce-style'; script-src 'nonce-script'", 'script'],
  ["default-src 'nonce-default'; style-src 'nonce-style'", 'default'],
  ["default-src 'nonce-default'; script-src 'nonce-script'; script-src-elem 'nonce-elem'", 'elem'],
  ["SCRIPT-SRC 'self' 'NONCE-script'", 'script'],
  ["frame-ancestors 'none', script-src 'nonce-second'", 'second'],
  ["script-src 'self'; style-src 'nonce-style'", undefined],
])('with %s the nonce is %s', async (policy, nonce) => {
  const headers = { 'content-type': 'text/html', 'content-security-policy': policy }
  const page = await withSnippet(new Response('<head></head>', { headers })).text()
  expect(/nonce="([^"]*)"/.exec(page)?.[1]).toBe(nonce)
})

const TAG = '<script src="/throughline.js"></script>'

test.each([
  ['<!doctype html><html><title>a</title><p>b', `<!doctype html><html>${TAG}<title>a</title><p>b`],
  ['<html><body><p>a</p></body></html>', `<html>${TAG}<body><p>a</p></body></html>`],
  ['<!doctype html><body><p>a', `<!doctype html>${TAG}<body><p>a`],
  ['<html><head></head><body><p>a', `<html><head>${TAG}</head><body><p>a`],
  ['<p>a part of a page</p>', '<p>a part of a page</p>'],
])('%s becomes %s', async (page, withTag) => {
  const response = new Response(page, { headers: { 'content-type': 'text/html' } })
  expect(await withSnippet(response).text()).toBe(withTag)
})

import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { injectSnippet, withSnippet } from '../../index.ts'

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
  const send = async () => {
    await write('<html><head><title>a</title></head>')
    await new Promise((resolve) => setTimeout(resolve, 200))
    await write('<p>late</p></html>')
    await writer.close()
  }
  // One test cancels the stream after its start, which rejects this promise.
  send().catch(() => {})
  return new Response(readable, { headers: { 'content-type': 'text/html' } })
})

test('the tag is first in the head with the nonce of the page, and caching headers are kept', async () => {
  const response = await app.request('/page')
  expect(await response.text()).toBe(
    '<!doctype html><head><script src="/throughline.js" data-service-name="shop &quot;web&quot;" nonce="abc123"></script><title>x</title></head><body>',
  )
  expect([response.headers.get('cache-control'), response.headers.get('etag')]).toEqual([
    'public, max-age=60',
    '"v1"',
  ])
})

test('a response that is not a page is unchanged', async () => {
  expect(await (await app.request('/json')).json()).toEqual({ head: '<head>' })
})

test.each([
  ['a part of a page', 206, { 'content-range': 'bytes 0-5/100' }],
  ['a page with no-transform', 200, { 'cache-control': 'public, no-transform' }],
  ['a download', 200, { 'content-disposition': 'attachment; filename="report.html"' }],
  ['a page of an unknown encoding', 200, { 'content-type': 'text/html; charset=utf8mb4' }],
  ['a page of an encoding that cannot be rewritten', 200, { 'content-type': 'text/html; charset=utf-16' }],
])('%s is unchanged', async (_, status, headers) => {
  const page = new Response('<head></head>', { status, headers: { 'content-type': 'text/html', ...headers } })
  expect(await withSnippet(page).text()).toBe('<head></head>')
})

test('a page is streamed, so that its head arrives before the rest', async () => {
  const response = await app.request('/stream')
  const reader = response.body?.getReader()
  let text = ''
  while (!text.includes('</head>')) text += new TextDecoder().decode((await reader?.read())?.value)
  expect(text).not.toContain('late')
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
const LONG = 'x'.repeat(4 * 1024 * 1024)

/** `¦` marks the expected position of the tag. */
const PAGES: [string, string][] = [
  ['a head', '<html><head>¦</head><body><p>a'],
  ['a head with a title', '<!doctype html><head>¦<title>x</title></head><body>'],
  ['no head, a title', '<!doctype html><html>¦<title>a</title><p>b'],
  ['no head, a body', '<html>¦<body><p>a</p></body></html>'],
  ['neither html nor head', '<!doctype html>¦<body><p>a'],
  ['a body alone', '¦<body><p>a'],
  ['a doctype alone in front of content', '<!DOCTYPE html>¦<title>a</title>'],
  ['text behind html', '<html> \n¦text'],
  ['capitals', '<!DOCTYPE HTML><HTML LANG="de"><HEAD>¦<TITLE>a</TITLE>'],
  [
    'an old doctype',
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://x/a.dtd">\n<html>\n<head>¦',
  ],
  ['XHTML sent as HTML', '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head/>¦<body/>'],
  ['a byte order mark', '\ufeff<!doctype html><head>¦'],
  ['white space', ' \t\r\n\f<html>\n\n  <head\n>¦ <meta>'],
  ['a head in a comment', '<!-- <head> --><html><!-- <head> a > b --><head>¦'],
  ['a head in a comment that looks closed', '<html><!-- -> -- > --!x <head> --!><head>¦'],
  ['empty comments', '<!--><!---><html><!----><head>¦'],
  ['a comment with many dashes', '<html><!------><!-- a ----><head>¦'],
  ['an empty comment with a bang is open', '<html><!--!><head>--><head>¦'],
  ['comments that are none', '<html><!a <head/><? b ?></ c></><head>¦'],
  ['a head of another name', '<html>¦<header><head></header>'],
  ['a head of a longer name', '<html>¦<head-line>'],
  ['a script in front of the head', '<html>¦<script>"<head>"</script><head>'],
  [
    'a greater-than in an attribute',
    '<html data-a="<head>" data-b=\'>\'><head a=">" b=\'">\' c=">">¦<title>',
  ],
  ['a greater-than in a value without quotes', '<html a=b"><head>¦">'],
  ['an equals sign without a name', '<html ="><head>¦">'],
  ['quotes in a name', '<html a"b\'><head "c>¦<title>'],
  ['slashes', '<html/><head / a=/ >¦<title>'],
  ['an attribute without a value', '<head a= >¦'],
  ['a second html', '<html><html class="b"><head>¦'],
  ['end tags that are ignored', '<html></p></div a=">"><head>¦'],
  ['an end tag that opens the head', '<html>¦</head><head>'],
  ['less-than signs that are text', '<html>¦< head><head>'],
  ['letters outside of ASCII', '<html lang="ü" data-ö="ß>"><head>¦<title>é</title>'],
  ['a long attribute', `<html data-a="${LONG}"><head>¦`],
  ['a long comment', `<!--${LONG}--><head>¦`],
  ['another script of the page', '<head>¦<script src="/throughline.js.map"></script>'],
  ['the script in a comment', '<head>¦<!-- <script src="/throughline.js"></script> -->'],
  ['the script behind the head', '<head>¦</head><script src="/throughline.js"></script>'],
]

const UNTOUCHED: [string, string][] = [
  ['a part of a page', '<p>a part of a page</p><head>'],
  ['text', 'text <html><head>'],
  ['a part of a page behind a comment', '<!-- a --> <tr><td><head>'],
  ['a script', '<script>document.write("<html><head>")</script>'],
  ['an empty page', ''],
  ['a page that ends in a tag', '<!doctype html><html><hea'],
  ['a page that ends in a comment', '<html><!-- <head>'],
  ['a page that ends in a value', '<html><head a="><head>'],
  ['a page with the tag', '<head><script src="/throughline.js" data-service-name="own"></script>'],
  ['a page with the tag behind white space', '<head>\n  <script src="/throughline.js"></script>'],
]

async function withTag(chunks: readonly Uint8Array[], type = 'text/html'): Promise<string> {
  const body = new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
  const response = withSnippet(new Response(body, { headers: { 'content-type': type } }))
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await response.arrayBuffer())
}

const bytesOf = (text: string) => new TextEncoder().encode(text)
const inPieces = (bytes: Uint8Array, size: number) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.slice(index * size, (index + 1) * size),
  )

describe('the position of the tag', () => {
  test.each([...PAGES, ...UNTOUCHED])('the tag is inserted for any chunk boundaries: %s', async (_, page) => {
    const expected = page.replace('¦', TAG)
    const bytes = bytesOf(page.replace('¦', ''))
    expect((await withTag([bytes])) === expected).toBe(true)
    const sizes = bytes.length > 10_000 ? [100_000] : [1, 2, 3, 7]
    for (const size of sizes)
      expect((await withTag(inPieces(bytes, size))) === expected, `in pieces of ${size}`).toBe(true)
  })

  test('the position of the tag is the same for every split of the bytes', async () => {
    const page = '<!doctype html><!-- a --><html a="b"><head c>¦<title>'
    const bytes = bytesOf(page.replace('¦', ''))
    for (let at = 0; at <= bytes.length; at++) {
      expect(await withTag([bytes.slice(0, at), bytes.slice(at)])).toBe(page.replace('¦', TAG))
    }
  })

  test('a tag that the page has further down in its head is not duplicated', async () => {
    const page = "<head><meta charset=utf-8><script async src='/throughline.js'></script></head>"
    expect(await withTag([bytesOf(page)])).toBe(page)
  })
})

test.each([
  ['unclosed list items', `<!doctype html><head>¦</head><ul>${'<li>a'.repeat(100_000)}`],
  ['elements inside of each other', `<html><head>¦</head>${'<div>'.repeat(100_000)}`],
  ['an attribute of four megabytes', `<head>¦</head><body data-a="${LONG}">`],
  ['100,000 attributes', `<html ${'a '.repeat(100_000)}><head>¦`],
  ['100,000 comments', `${'<!-- a -->'.repeat(100_000)}<head>¦`],
  ['a head that is never closed', `<head>¦${'<meta a>'.repeat(100_000)}`],
])('a page of %s is complete', async (_, page) => {
  const text = page.replace('¦', '')
  expect((await withTag(inPieces(bytesOf(text), 64 * 1024))) === page.replace('¦', TAG)).toBe(true)
})

test.each([
  ['text/html; charset=utf-8', true],
  ['text/html;charset="UTF-8"', true],
  ['Text/HTML; charset=windows-1252', true],
  ['text/html; charset=shift_jis', true],
  ['text/html; charset=utf-16le', false],
  ['text/html; charset=utf-16be', false],
  ['text/html; charset=iso-2022-jp', false],
  ['text/html; charset=iso-2022-kr', false],
  ['text/html; charset=utf-7', false],
  ['text/htmlx', false],
  ['application/xhtml+xml', false],
  ['image/svg+xml', false],
])('%s is changed: %s', async (type, isChanged) => {
  const page = '<head></head>'
  expect(await withTag([bytesOf(page)], type)).toBe(isChanged ? `<head>${TAG}</head>` : page)
})

test('a page in UTF-16 without a declared charset is unchanged', async () => {
  const bytes = new Uint8Array(
    [...'\ufeff<html><head>'].flatMap((letter) => [letter.charCodeAt(0) & 255, letter.charCodeAt(0) >> 8]),
  )
  const response = withSnippet(new Response(bytes, { headers: { 'content-type': 'text/html' } }))
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes)
})

test('attributes are ASCII, which is valid in pages of every encoding', async () => {
  const page = new Response('<head>', { headers: { 'content-type': 'text/html; charset=windows-1252' } })
  const text = await withSnippet(page, { data: { 'service-name': 'Größe 😀' } }).text()
  expect(text).toContain('data-service-name="Gr&#246;&#223;e &#128512;"')
})

test('content-length and digests are removed, and other headers are kept', () => {
  const names = ['content-digest', 'repr-digest', 'digest', 'content-md5', 'content-length']
  const headers = Object.fromEntries([...names, 'etag', 'vary'].map((name) => [name, '1']))
  const page = withSnippet(new Response('<head>', { headers: { ...headers, 'content-type': 'text/html' } }))
  expect([...page.headers.keys()].sort()).toEqual(['content-type', 'etag', 'vary'])
})

test('a page stream that fails has its own error', async () => {
  const body = new ReadableStream({
    pull(controller) {
      controller.error(new RangeError('broken'))
    },
  })
  const response = withSnippet(new Response(body, { headers: { 'content-type': 'text/html' } }))
  await expect(response.text()).rejects.toThrow('broken')
})

test('cancelling the response cancels the page', async () => {
  const cancelled = new Promise((cancel) => {
    const body = new ReadableStream({ cancel })
    const response = withSnippet(new Response(body, { headers: { 'content-type': 'text/html' } }))
    void response.body?.cancel('enough')
  })
  expect(await cancelled).toBe('enough')
})

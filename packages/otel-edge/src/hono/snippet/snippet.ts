import type { MiddlewareHandler } from 'hono'
import { copyResponse } from '../../http/body/response-body.ts'
import { HeadScanner } from './head-scanner.ts'

/** The attributes of the script tag for the browser SDK. */
export interface SnippetOptions {
  /** Address of the script. Default: `/throughline.js`. */
  readonly src?: string
  /** The `data-` attributes by their names without `data-`, such as `service-name`. Default: none. */
  readonly data?: Readonly<Record<string, string>>
}

/**
 * Inserts the script tag of the browser SDK at the start of the `<head>` of every page, while the page streams. In a page
 * without `<head>`, it is inserted where a parser opens the head: after doctype and `<html>`, before the first other tag or
 * text. The script tag gets the nonce for scripts of the page's Content-Security-Policy. Caching headers are kept, since the
 * script tag is the same for all visitors. `Content-Length` and digests of the body are removed.
 */
export function injectSnippet(options: SnippetOptions = {}): MiddlewareHandler {
  return async function injectSnippetMiddleware(c, next) {
    await next()
    const response = c.res
    c.res = undefined
    c.res = withSnippet(response, options)
  }
}

/** The page with the script tag, for handlers without Hono. Responses that are not pages are returned unchanged. */
export function withSnippet(
  response: Response,
  { src = '/throughline.js', data = {} }: SnippetOptions = {},
): Response {
  const { body } = response
  if (!body || body.locked || response.bodyUsed || !isWholePage(response)) return response
  const attributes = Object.entries(data).map(([name, value]) => ` data-${name}="${escapeAttribute(value)}"`)
  const nonce = nonceOf(response.headers.get('content-security-policy') ?? '')
  const tagStart = `<script src="${escapeAttribute(src)}"`
  const pair = insertion(tagStart, `${attributes.join('')}${nonce ? ` nonce="${nonce}"` : ''}></script>`)
  const page = copyResponse(response, pair.readable)
  if (page === response) return response
  for (const name of OF_THE_BYTES) page.headers.delete(name)
  body.pipeThrough(pair)
  return page
}

/** Headers that describe the exact bytes of a body. */
const OF_THE_BYTES = ['content-length', 'content-digest', 'repr-digest', 'digest', 'content-md5']

/**
 * Inserts a tag into the bytes of a page. HTMLRewriter is not used, since it needs memory for each open element: a page with
 * 20,000 unclosed `<li>` exceeded its memory limit and failed.
 */
function insertion(tagStart: string, tagEnd: string): TransformStream {
  const scanner = new HeadScanner()
  let held: Uint8Array = new Uint8Array()
  let isFound = false
  let isDone = false
  const insertBefore = (rest: Uint8Array, controller: TransformStreamDefaultController) => {
    if (!hasScript(rest, tagStart)) controller.enqueue(new TextEncoder().encode(tagStart + tagEnd))
    isDone = true
  }
  return new TransformStream({
    transform(chunk: unknown, controller) {
      const own = isDone ? undefined : bytesOf(chunk)
      if (!own) {
        if (held.length > 0) controller.enqueue(held)
        held = new Uint8Array()
        isDone = true
        controller.enqueue(chunk)
        return
      }
      let rest = joined(held, own)
      if (!isFound) {
        const { settled, isHead } = scanner.scan(rest)
        if (settled > 0) controller.enqueue(rest.subarray(0, settled))
        rest = rest.subarray(settled)
        isFound = isHead
        isDone = scanner.isOver && !isFound
      }
      if (isFound && !mayBecome(tagStart, rest)) insertBefore(rest, controller)
      held = isDone ? new Uint8Array() : rest.slice()
      if (isDone && rest.length > 0) controller.enqueue(rest)
    },
    flush(controller) {
      if (isFound && !isDone) insertBefore(held, controller)
      if (held.length > 0) controller.enqueue(held)
    },
  })
}

/** `undefined` for a chunk that is not bytes, which the runtime rejects with its own error. */
function bytesOf(chunk: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  return chunk instanceof ArrayBuffer ? new Uint8Array(chunk) : undefined
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second
  const bytes = new Uint8Array(first.length + second.length)
  bytes.set(first)
  bytes.set(second, first.length)
  return bytes
}

/** The part of a head that is searched for an existing tag. */
const SEARCHED_BYTES = 16 * 1024

/** Whether the part of a head that has arrived can be the start of the script tag, so that more bytes are needed. */
function mayBecome(tagStart: string, head: Uint8Array): boolean {
  if (head.length > SEARCHED_BYTES) return false
  const text = new TextDecoder().decode(head).trimStart()
  return text.length < tagStart.length && tagStart.startsWith(text)
}

/**
 * Whether the part of a head that has arrived contains the script tag. A second tag is harmless, since the loader runs once.
 */
function hasScript(head: Uint8Array, tagStart: string): boolean {
  const text = new TextDecoder().decode(head.subarray(0, SEARCHED_BYTES))
  const address = tagStart.slice(tagStart.indexOf('"') + 1, -1)
  const marks = /<!--|<script\b|<\/head\b|<body\b/gi
  for (let mark = marks.exec(text); mark; mark = marks.exec(text)) {
    const isComment = mark[0] === '<!--'
    if (!isComment && !/^<script/i.test(mark[0])) return false
    const tag = text.slice(mark.index, indexAfter(text, '>', mark.index))
    const [, quoted, single, plain] = /\ssrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i.exec(tag) ?? []
    if (!isComment && (quoted ?? single ?? plain) === address) return true
    marks.lastIndex = indexAfter(text, isComment ? '-->' : '</script', mark.index)
  }
  return false
}

function indexAfter(text: string, part: string, from: number): number {
  const index = text.indexOf(part, from)
  return index < 0 ? text.length : index + part.length
}

/** Whether a response is a complete page that may be changed, is not a download, and has an ASCII-compatible encoding. */
function isWholePage({ status, headers }: Response): boolean {
  const type = headers.get('content-type') ?? ''
  return (
    status !== 206 &&
    /^\s*text\/html\s*(?:;|$)/i.test(type) &&
    isAsciiCompatible(/;\s*charset\s*=\s*["']?([^\s;"']+)/i.exec(type)?.[1]) &&
    !/\bno-transform\b/i.test(headers.get('cache-control') ?? '') &&
    !/^\s*attachment\b/i.test(headers.get('content-disposition') ?? '')
  )
}

/** https://encoding.spec.whatwg.org/: of the encodings that browsers decode, two are not compatible with ASCII. */
function isAsciiCompatible(charset = 'utf-8'): boolean {
  try {
    return !/^(?:utf-16|iso-2022-jp)/i.test(new TextDecoder(charset).encoding)
  } catch {
    return false
  }
}

/**
 * The nonce of the directive that applies to script elements.
 *
 * @see https://www.w3.org/TR/CSP3/#directive-fallback-list
 */
function nonceOf(header: string): string | undefined {
  // Several headers are joined to one value. A nonce is valid only if each policy contains it.
  for (const policy of header.split(',')) {
    const directives = policy.split(';').map((directive) => directive.trim())
    const governing = ['script-src-elem', 'script-src', 'default-src']
      .map((name) => directives.find((directive) => directive.split(/\s/, 1)[0]?.toLowerCase() === name))
      .find((directive) => directive !== undefined)
    const nonce = /'nonce-([A-Za-z0-9+/_=-]+)'/i.exec(governing ?? '')?.[1]
    if (nonce !== undefined) return nonce
  }
  return undefined
}

/** Escapes to ASCII, which is the same in every encoding of a page. */
function escapeAttribute(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replace(/[^ -~]/gu, (character) => `&#${character.codePointAt(0)};`)
}

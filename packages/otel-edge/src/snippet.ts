import type { MiddlewareHandler } from 'hono'

/** The script tag put into pages: where the browser SDK is, and its `data-*` attributes. */
export interface SnippetOptions {
  /** Address of the script. Default: `/throughline.js`. */
  readonly src?: string
  /** Attributes by their names without `data-`, such as `service-name`. Default: none. */
  readonly data?: Readonly<Record<string, string>>
}

/**
 * Puts the browser SDK's script tag at the start of the `<head>` of every page that passes, as it streams; in a page
 * that leaves out that tag, before the first element in `<html>`, or before `<body>`. With a nonce for scripts in the
 * page's Content-Security-Policy the tag gets it. The tag is the same for everyone, so caching headers
 * stay; only `Content-Length` goes, since it is no longer true.
 */
export function injectSnippet(options: SnippetOptions = {}): MiddlewareHandler {
  return async function injectSnippetMiddleware(c, next) {
    await next()
    const response = c.res
    c.res = undefined
    c.res = withSnippet(response, options)
  }
}

/** The page with the script tag in it; anything that is no page comes back as it is. For handlers without Hono. */
export function withSnippet(
  response: Response,
  { src = '/throughline.js', data = {} }: SnippetOptions = {},
): Response {
  if (!response.body || !isWholePage(response)) return response
  const attributes = Object.entries(data).map(([name, value]) => ` data-${name}="${escapeAttribute(value)}"`)
  const nonce = nonceOf(response.headers.get('content-security-policy') ?? '')
  const tag = `<script src="${escapeAttribute(src)}"${attributes.join('')}${nonce ? ` nonce="${nonce}"` : ''}></script>`
  let isInjected = false
  const inject = {
    element(element: Element) {
      // A second head is text that a browser ignores.
      if (isInjected) return
      isInjected = true
      // The parser makes a head of its own around a script in front of anything else.
      if (element.tagName === 'head') element.prepend(tag, { html: true })
      else element.before(tag, { html: true })
    },
  }
  // Not the first element of any kind: what has none of these may be a part of a page, fetched by the page itself.
  const rewriter = new HTMLRewriter().on('head', inject).on('html > *', inject).on('body', inject)
  try {
    return rewriter.transform(response)
  } catch {
    // An encoding that the runtime does not know, or that cannot be rewritten.
    return response
  }
}

/** A part of a page has no place for a tag, a download is the user's, and who says `no-transform` means it. */
function isWholePage({ status, headers }: Response): boolean {
  return (
    status !== 206 &&
    /^text\/html\b/i.test(headers.get('content-type') ?? '') &&
    !/\bno-transform\b/i.test(headers.get('cache-control') ?? '') &&
    !/^\s*attachment\b/i.test(headers.get('content-disposition') ?? '')
  )
}

/**
 * The nonce that a script element needs, by the directive that governs those.
 *
 * @see https://www.w3.org/TR/CSP3/#directive-fallback-list
 */
function nonceOf(header: string): string | undefined {
  // Several headers arrive as one; a nonce can satisfy all of them only if it is the same in all.
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

function escapeAttribute(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}

import type { MiddlewareHandler } from 'hono'

/** The script tag put into pages: where the browser SDK is, and its `data-*` attributes. */
export interface SnippetOptions {
  /** Address of the script. Default: `/throughline.js`. */
  readonly src?: string
  /** Attributes by their names without `data-`, such as `service-name`. Default: none. */
  readonly data?: Readonly<Record<string, string>>
}

/**
 * Puts the browser SDK's script tag at the start of the `<head>` of every page that passes, as it streams. With a
 * nonce in the page's Content-Security-Policy the tag gets it. The tag is the same for everyone, so caching headers
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
  return new HTMLRewriter()
    .on('head', {
      element(head) {
        // A second head is text that a browser ignores.
        if (!isInjected) head.prepend(tag, { html: true })
        isInjected = true
      },
    })
    .transform(response)
}

/** A part of a page has no place for a tag, and who says `no-transform` means it. */
function isWholePage({ status, headers }: Response): boolean {
  return (
    status !== 206 &&
    /^text\/html\b/i.test(headers.get('content-type') ?? '') &&
    !/\bno-transform\b/i.test(headers.get('cache-control') ?? '')
  )
}

function nonceOf(policy: string): string | undefined {
  return /'nonce-([A-Za-z0-9+/_=-]+)'/.exec(policy)?.[1]
}

function escapeAttribute(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}

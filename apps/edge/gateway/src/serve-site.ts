/** The site's files, and the page for its client-side routes. */
export interface Site {
  readonly assets: Fetcher
  /** The page whose router handles every path without a file; `undefined` for a site of plain files. */
  readonly pageFallback?: string | undefined
}

/**
 * Answers with the static asset at the request's path, or, if a browser requests a page, with the fallback page.
 *
 * The platform's `not_found_handling` would also answer a missing script with a page. The fallback is not tried
 * only after a 404, because that would add an error to the trace of every page.
 */
export function serveSite({ assets, pageFallback }: Site, request: Request): Promise<Response> {
  if (pageFallback === undefined || !asksForPage(request)) return assets.fetch(request)
  return assets.fetch(new Request(new URL(pageFallback, request.url), request))
}

function asksForPage(request: Request): boolean {
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  const isFile = /\.\w+$/.test(new URL(request.url).pathname)
  return isRead && !isFile && (request.headers.get('accept') ?? '').includes('text/html')
}

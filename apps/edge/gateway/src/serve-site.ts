/** The site's files, and how to answer for its client-side routes. */
export interface Site {
  readonly assets: Fetcher
  /** The page whose router knows every address that is no file; none for a site of plain files. */
  readonly pageFallback?: string | undefined
}

/**
 * Answers with the static asset at the request's address, or, to a browser asking for a page, with the fallback.
 *
 * Not left to the platform's `not_found_handling`, which would answer a missing script with a page too, nor tried
 * only after a 404, which would put an error into the trace of every page.
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

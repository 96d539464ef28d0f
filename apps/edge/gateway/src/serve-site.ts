/**
 * Answers with the static asset at the request's address, or, to a browser asking for a page that is none of
 * them, with the start page: its router knows the rest.
 *
 * Not left to `not_found_handling`, which would answer a missing script with the start page too.
 */
export async function serveSite(assets: Fetcher, request: Request): Promise<Response> {
  const response = await assets.fetch(request)
  if (response.status !== 404 || !asksForPage(request)) return response
  return assets.fetch(new Request(new URL('/', request.url), request))
}

function asksForPage(request: Request): boolean {
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  return isRead && (request.headers.get('accept') ?? '').includes('text/html')
}

import { failureAsValue, RequestFailure } from './failure.ts'
import { headerOf, isRedirect, type RequestInput, type Response, send } from './request.ts'

const MAX_REDIRECTS = 5

/**
 * Sends a GET request and follows redirects, which share one time-out. User info is sent to the origin of the first address
 * only.
 *
 * @throws {RequestFailure} when there is no response, or too many redirects.
 */
export async function follow({ timeoutMillis, ...input }: RequestInput): Promise<Response> {
  const endMillis = Date.now() + timeoutMillis
  let { url } = input
  for (let count = 0; ; count++) {
    const restMillis = Math.max(1, endMillis - Date.now())
    const response = await send({ ...input, url: withUserInfoOf(url, input.url), timeoutMillis: restMillis })
    const location = headerOf(response, 'location')
    if (!isRedirect(response) || !location || !URL.canParse(location, url.href)) return response
    if (count === MAX_REDIRECTS) {
      throw new RequestFailure('other', `${input.url.host} redirects more than ${MAX_REDIRECTS} times`)
    }
    url = new URL(location, url)
    if (!/^https?:$/.test(url.protocol)) {
      throw new RequestFailure(
        'other',
        `${input.url.host} redirects to an address that begins with ${url.protocol}`,
      )
    }
  }
}

/** `follow`, with the failure as a value. */
export function tryFollow(input: RequestInput): Promise<Response | RequestFailure> {
  return failureAsValue(follow(input))
}

/** The address with the user info of the page if it has the origin of the page. */
export function withUserInfoOf(url: URL, page: URL): URL {
  const copy = new URL(url)
  if (copy.origin !== page.origin || copy.username) return copy
  copy.username = page.username
  copy.password = page.password
  return copy
}

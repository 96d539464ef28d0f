import { RequestFailure } from '../../http/failure.ts'
import { headerOf, isRedirect, type Response, send, trySend } from '../../http/request.ts'
import { parsePolicies } from '../parse/content-security-policy.ts'
import { readTags, type Tag } from '../parse/html.ts'
import { findSnippet, type Snippet } from '../parse/snippet.ts'
import type { DoctorOptions } from '../target/options.ts'
import type { PageObservation, ScriptObservation } from '../target/target.ts'

const MAX_REDIRECTS = 5
/** The headers of a navigation, which cannot carry a trace context. */
const NAVIGATION: Readonly<Record<string, string>> = {
  accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  'sec-fetch-dest': 'document',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-site': 'none',
}

/**
 * Requests the page twice, and reads its script tag and policies.
 *
 * @throws {RequestFailure} when the page cannot be reached.
 */
export async function observePage(options: DoctorOptions): Promise<PageObservation> {
  const { timeoutMillis } = options
  const response = await follow(options.url, timeoutMillis)
  const url = withUserInfoOf(response.url, options.url)
  const again = await trySend({ url, headers: NAVIGATION, timeoutMillis })
  const tags = readTags(response.body)
  return {
    response,
    again,
    tags,
    policies: parsePolicies([...policyHeaders(response), ...policyElements(tags)]),
    snippet: findSnippet(tags, response.url),
  }
}

/** Loads the scripts of the SDK as the page does. */
export function observeScripts(
  snippet: Snippet | undefined,
  page: URL,
  options: DoctorOptions,
): Promise<ScriptObservation[]> {
  if (!snippet) return Promise.resolve([])
  const { src, sdk, extras } = snippet
  const scripts = [
    ...(src ? [['loader', src] as const] : []),
    ['SDK', sdk] as const,
    ['extras', extras] as const,
  ]
  return Promise.all(
    scripts.map(async ([role, url]) => ({
      role,
      url,
      response: await trySend({
        url: withUserInfoOf(url, options.url),
        headers: { accept: '*/*', 'sec-fetch-dest': 'script', origin: page.origin, referer: page.href },
        timeoutMillis: options.timeoutMillis,
      }),
    })),
  )
}

/** The address with the user info of the page if it has the origin of the page. */
export function withUserInfoOf(url: URL, page: URL): URL {
  const copy = new URL(url)
  if (copy.origin !== page.origin || copy.username) return copy
  copy.username = page.username
  copy.password = page.password
  return copy
}

async function follow(start: URL, timeoutMillis: number): Promise<Response> {
  let url = start
  for (let count = 0; ; count++) {
    const response = await send({ url: withUserInfoOf(url, start), headers: NAVIGATION, timeoutMillis })
    const location = headerOf(response, 'location')
    if (!isRedirect(response) || !location || !URL.canParse(location, url.href)) return response
    if (count === MAX_REDIRECTS) {
      throw new RequestFailure('other', `${start.host} redirects more than ${MAX_REDIRECTS} times`)
    }
    url = new URL(location, url)
  }
}

function policyHeaders({ headers }: Response): string[] {
  return headers.flatMap(([name, value]) => (name === 'content-security-policy' ? [value] : []))
}

function policyElements(tags: readonly Tag[]): string[] {
  return tags.flatMap(({ name, attributes }) => {
    const isPolicy = attributes.get('http-equiv')?.toLowerCase() === 'content-security-policy'
    return name === 'meta' && isPolicy ? [attributes.get('content') ?? ''] : []
  })
}

import { follow, tryFollow, withUserInfoOf } from '../../http/follow.ts'
import { type Response, trySend } from '../../http/request.ts'
import { parseMetaPolicies, parsePolicies } from '../parse/content-security-policy.ts'
import { readTags, type Tag } from '../parse/html.ts'
import { refererHeader } from '../parse/site.ts'
import { findSnippet, type Snippet } from '../parse/snippet.ts'
import type { DoctorOptions } from '../target/options.ts'
import type { PageObservation, ScriptObservation } from '../target/target.ts'

/** The headers of a navigation, which cannot carry a trace context. */
const NAVIGATION: Readonly<Record<string, string>> = {
  accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  'sec-fetch-dest': 'document',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-site': 'none',
}

/**
 * Requests the page, and reads its script tag and policies.
 *
 * @throws {RequestFailure} when the page cannot be reached.
 */
export async function observePage(options: DoctorOptions): Promise<PageObservation> {
  const response = await follow({
    url: options.url,
    headers: NAVIGATION,
    timeoutMillis: options.timeoutMillis,
  })
  const tags = readTags(response.body)
  return {
    response,
    tags,
    policies: [...parsePolicies(policyHeaders(response)), ...parseMetaPolicies(policyElements(tags))],
    snippet: findSnippet(tags, response.url),
  }
}

/** Requests the page again, after redirects. */
export function observePageAgain(
  page: URL,
  { url, timeoutMillis }: DoctorOptions,
): ReturnType<typeof trySend> {
  return trySend({ url: withUserInfoOf(page, url), headers: NAVIGATION, timeoutMillis })
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
      response: await tryFollow({
        url: withUserInfoOf(url, options.url),
        headers: {
          accept: '*/*',
          'sec-fetch-dest': 'script',
          origin: page.origin,
          ...refererHeader(url, page),
        },
        timeoutMillis: options.timeoutMillis,
      }),
    })),
  )
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

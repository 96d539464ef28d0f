import { displayUrl } from '../../http/display-url.ts'
import { RequestFailure } from '../../http/failure.ts'
import { headerOf, type Response } from '../../http/request.ts'
import { siteOf } from '../parse/site.ts'
import { type Finding, finding } from '../target/finding.ts'
import type { Target } from '../target/target.ts'

/**
 * A script of another origin may be embedded in the page. A tag with `crossorigin` asks by CORS instead.
 *
 * @see https://fetch.spec.whatwg.org/#cross-origin-resource-policy-check
 */
export function checkResourcePolicy({ scripts, page }: Target): Finding[] {
  if (page.snippet?.tag.attributes.has('crossorigin')) return []
  const needsPolicy = /^require-corp\s*(?:;|$)/.test(
    headerOf(page.response, 'cross-origin-embedder-policy') ?? '',
  )
  const blocked = scripts.flatMap(({ role, url, response }) => {
    const reason =
      response instanceof RequestFailure
        ? undefined
        : reasonOf(response, needsPolicy, siteOf(url, page.response.url))
    return reason === undefined ? [] : [`${role} ${displayUrl(url)}: ${reason}`]
  })
  const [first] = blocked
  if (first === undefined) return []
  return [
    finding('page-script-corp', {
      seen: first,
      fix: 'Send cross-origin-resource-policy: cross-origin with the scripts, or serve them from the origin of the page.',
    }),
  ]
}

function reasonOf(
  response: Response,
  needsPolicy: boolean,
  site: ReturnType<typeof siteOf>,
): string | undefined {
  const policy = headerOf(response, 'cross-origin-resource-policy')
  if (site === 'same-origin' || policy === 'cross-origin') return undefined
  if (policy === 'same-origin') return 'cross-origin-resource-policy same-origin'
  if (policy === 'same-site')
    return site === 'same-site' ? undefined : 'cross-origin-resource-policy same-site'
  // Other values count as absent.
  return needsPolicy ? 'the page requires cross-origin-resource-policy, which is absent' : undefined
}

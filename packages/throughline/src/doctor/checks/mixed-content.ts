import { displayUrl } from '../../http/display-url.ts'
import { isTrustworthyUrl } from '../parse/trustworthy-url.ts'
import { type Finding, finding } from '../target/finding.ts'
import type { Target } from '../target/target.ts'

/**
 * A page with TLS uses no address without it: browsers block such scripts and requests before they are sent, unless a policy
 * upgrades them.
 *
 * @see https://www.w3.org/TR/mixed-content/#should-block-fetch
 */
export function checkMixedContent({ page, scripts, apis, relay }: Target): Finding[] {
  const isUpgraded = page.policies.some((policy) => policy.has('upgrade-insecure-requests'))
  if (page.response.url.protocol !== 'https:' || isUpgraded) return []
  const urls = [...scripts, ...apis, relay].map(({ url }) => url).filter((url) => !isTrustworthyUrl(url))
  if (urls.length === 0) return []
  return [
    finding('page-mixed-content', {
      seen: `${displayUrl(page.response.url)} uses ${[...new Set(urls.map(displayUrl))].join(', ')}`,
      fix: 'Let the page use these addresses by https:, or through its own origin (the relay of the edge for spans).',
    }),
  ]
}

import { displayUrl } from '../../http/display-url.ts'
import { mediaTypeOf } from '../../http/request.ts'
import { type Finding, finding } from '../target/finding.ts'
import type { Target } from '../target/target.ts'

/** Status, type and origin of the page. */
export function checkPageResponse({ options, page: { response } }: Target): Finding[] {
  const { status, url } = response
  const findings: Finding[] = []
  if (url.origin !== options.url.origin) {
    findings.push(
      finding('page-redirect', {
        seen: `${displayUrl(options.url)} redirects to ${displayUrl(url)}; the page there was checked`,
        fix: 'Pass the address that users see in the browser.',
      }),
    )
  }
  if (status < 200 || status > 299) {
    const seen = `status ${status} for ${displayUrl(url)}`
    const login =
      status === 401 || status === 403
        ? ' For HTTP authentication, pass https://USER:PASSWORD@HOST/: it is sent as Authorization.'
        : ''
    return [
      ...findings,
      finding('page-status', {
        seen,
        fix: `Pass the address of a page that answers with status 200.${login}`,
      }),
    ]
  }
  const type = mediaTypeOf(response)
  if (type !== 'text/html' && type !== 'application/xhtml+xml') {
    const seen = `content-type ${type || '(none)'} for ${displayUrl(url)}`
    findings.push(
      finding('page-not-html', { seen, fix: 'Pass the address of a page, not of an API or a file.' }),
    )
  }
  return findings
}

/** Whether the response is a page, so that the other checks of the page apply. */
export function isPage({ page: { response } }: Target): boolean {
  return response.status >= 200 && response.status <= 299 && /html/.test(mediaTypeOf(response))
}

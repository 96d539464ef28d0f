import { displayUrl } from '../../http/display-url.ts'
import { RequestFailure } from '../../http/failure.ts'
import { headerOf, listOf, mediaTypeOf, type Response } from '../../http/request.ts'
import { type Finding, finding } from '../target/finding.ts'
import type { ScriptObservation, Target } from '../target/target.ts'

const JAVASCRIPT = /^(?:text|application)\/(?:x-)?(?:java|ecma)script$/

/** The scripts of the SDK: each answers with JavaScript, and with CORS where the tag asks for it. */
export function checkScriptFiles(target: Target): Finding[] {
  return target.scripts.flatMap((script) => checkScript(script, target))
}

function checkScript({ role, url, response }: ScriptObservation, target: Target): Finding[] {
  const where = `${role} ${displayUrl(url)}`
  if (response instanceof RequestFailure) {
    return [finding('page-script-failed', { seen: `${where}: ${response.message}`, fix: FILES })]
  }
  if (response.status !== 200) {
    return [finding('page-script-failed', { seen: `${where}: status ${response.status}`, fix: FILES })]
  }
  return [...checkType(where, response), ...checkCors(where, { url, response }, target)]
}

const FILES =
  'Serve throughline.js, throughline-sdk.js, throughline-extras.js and throughline-react.js from one folder, or set data-sdk to the address of throughline-sdk.js.'

function checkType(where: string, response: Response): Finding[] {
  const type = mediaTypeOf(response)
  const isMarkup = /^\s*</.test(response.body)
  if (JAVASCRIPT.test(type) && !isMarkup) return []
  const nosniff = listOf(response, 'x-content-type-options')[0]?.toLowerCase() === 'nosniff'
  // Without `nosniff` browsers run scripts of most types.
  if (!isMarkup && !nosniff && !/^(?:image|audio|video|text\/csv)/.test(type)) return []
  const fix = isMarkup
    ? 'The site answers with its fallback page. Copy the scripts to its static files, and exclude them from the fallback.'
    : 'Send content-type: text/javascript.'
  return [finding('page-script-type', { seen: `${where}: ${type || 'no content-type'}`, fix })]
}

function checkCors(
  where: string,
  { url, response }: { url: URL; response: Response },
  target: Target,
): Finding[] {
  const { snippet, response: page } = target.page
  const attributes = snippet?.tag.attributes
  if (!attributes || url.origin === page.url.origin) return []
  const hasHash = ['integrity', 'data-sdk-integrity', 'data-extras-integrity'].some((name) =>
    attributes.has(name),
  )
  if (!hasHash && !attributes.has('crossorigin')) return []
  if (!attributes.has('crossorigin')) {
    const seen = `${where}: integrity without crossorigin`
    return [finding('page-script-cors', { seen, fix: 'Add crossorigin to the script tag.' })]
  }
  const allowed = headerOf(response, 'access-control-allow-origin')
  if (allowed === '*' || allowed === page.url.origin) return []
  return [
    finding('page-script-cors', {
      seen: `${where}: access-control-allow-origin ${allowed ?? 'is absent'}`,
      fix: `Send access-control-allow-origin: * (or ${page.url.origin}) with the scripts.`,
    }),
  ]
}

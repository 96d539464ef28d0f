import { createHash } from 'node:crypto'
import { matchesSource } from './csp-source.ts'
import type { Tag } from './html.ts'

/** A content security policy: the sources of each directive. Names are lower-case; the first of two counts. */
export type Policy = ReadonlyMap<string, readonly string[]>

const NONCE = /^'nonce-(.+)'$/i
const HASH = /^'(sha256|sha384|sha512)-([\w+/=-]+)'$/i

/**
 * The enforced policies of a page. Each has to allow what the page does.
 *
 * @param headers values of `Content-Security-Policy` and contents of `meta` elements.
 * @see https://www.w3.org/TR/CSP3/#parse-serialized-policy-list
 */
export function parsePolicies(headers: readonly string[]): Policy[] {
  return headers.flatMap((header) => header.split(',').map(parsePolicy)).filter(({ size }) => size > 0)
}

/** Directives that have no effect in a `meta` element. @see https://www.w3.org/TR/CSP3/#meta-element */
const HEADER_ONLY = ['sandbox', 'report-uri', 'frame-ancestors']

/** The policies of `meta` elements. */
export function parseMetaPolicies(contents: readonly string[]): Policy[] {
  return parsePolicies(contents).map(
    (policy) => new Map([...policy].filter(([name]) => !HEADER_ONLY.includes(name))),
  )
}

/** The directive `sandbox` if it lets no script run. */
export function blocksAllScripts(policy: Policy): string | undefined {
  const flags = policy.get('sandbox')
  if (!flags || flags.some((flag) => flag.toLowerCase() === 'allow-scripts')) return undefined
  return ['sandbox', ...flags].join(' ')
}

function parsePolicy(text: string): Policy {
  const policy = new Map<string, readonly string[]>()
  for (const directive of text.split(';')) {
    const [name, ...sources] = directive.split(/[\t\n\f\r ]+/).filter((part) => part !== '')
    if (name && !policy.has(name.toLowerCase())) policy.set(name.toLowerCase(), sources)
  }
  return policy
}

/** What a policy has to allow: the tag in the page, or a script that the loader adds. */
export interface ScriptUse {
  /** The tag in the page. */
  readonly tag: Tag
  /** The address of the script; `undefined` for an inline script. */
  readonly url: URL | undefined
  /** Whether a script adds it, instead of the parser. */
  readonly isAdded: boolean
  /** The hashes of the script, which are separated by spaces; `undefined` without any. */
  readonly integrity: string | undefined
}

/** The directive that blocks a script, with its sources; `undefined` when the policy allows it. */
export function blocksScript(policy: Policy, page: URL, use: ScriptUse): string | undefined {
  const found = directiveOf(policy, 'script-src-elem', 'script-src', 'default-src')
  if (!found || isScriptAllowed(found.sources, page, use)) return undefined
  return found.text
}

/** The directive that blocks a request of the page to `url`; `undefined` when the policy allows it. */
export function blocksConnection(policy: Policy, page: URL, url: URL): string | undefined {
  const found = directiveOf(policy, 'connect-src', 'default-src')
  return !found || found.sources.some((source) => matchesSource(source, url, page)) ? undefined : found.text
}

/** The directive `trusted-types` if it does not allow the policy of the loader. */
export function blocksTrustedTypes(policy: Policy): string | undefined {
  const found = directiveOf(policy, 'trusted-types')
  return !found || found.sources.some((name) => name === '*' || name === 'throughline')
    ? undefined
    : found.text
}

function isScriptAllowed(sources: readonly string[], page: URL, use: ScriptUse): boolean {
  const { tag, url, isAdded, integrity = '' } = use
  const nonce = tag.attributes.get('nonce')
  if (nonce && sources.some((source) => NONCE.exec(source)?.[1] === nonce)) return true
  const keywords = sources.map((source) => source.toLowerCase())
  const isDynamic = keywords.includes("'strict-dynamic'")
  if (isAdded && isDynamic) return true
  const isListed = (hash: string) => hashesOf(sources).includes(hash)
  // Of an address, every hash has to be a source.
  const hashes = integrity.split(/\s+/).filter((hash) => hash !== '')
  if (url ? hashes.length > 0 && hashes.every(isListed) : digestsOf(tag.text).some(isListed)) return true
  if (url) return !isDynamic && sources.some((source) => matchesSource(source, url, page))
  const hasOther = isDynamic || sources.some((source) => HASH.test(source) || NONCE.test(source))
  return !hasOther && keywords.includes("'unsafe-inline'")
}

/** The hashes among the sources. */
function hashesOf(sources: readonly string[]): string[] {
  return sources.flatMap((source) => {
    const [, algorithm = '', digest = ''] = HASH.exec(source) ?? []
    return digest ? [`${algorithm.toLowerCase()}-${toBase64(digest)}`] : []
  })
}

function digestsOf(text: string): string[] {
  const digest = (algorithm: string) => `${algorithm}-${createHash(algorithm).update(text).digest('base64')}`
  return ['sha256', 'sha384', 'sha512'].map(digest)
}

/** Policies may use either alphabet of base64. */
function toBase64(digest: string): string {
  return digest.replaceAll('-', '+').replaceAll('_', '/')
}

function directiveOf(policy: Policy, ...names: readonly string[]) {
  const name = names.find((each) => policy.has(each))
  if (name === undefined) return undefined
  const sources = policy.get(name) ?? []
  return { sources, text: [name, ...sources].join(' ') }
}

import { displayUrl } from '../../http/display-url.ts'
import { MAX_LISTED } from '../observe/api.ts'
import type { Tag } from '../parse/html.ts'
import { WITHOUT_EFFECT } from '../parse/tag-attributes.ts'
import { type Finding, finding } from '../target/finding.ts'
import type { Target } from '../target/target.ts'
import { isPage } from './page-response.ts'

const TAG = '<script src="/throughline.js" data-service-name="shop-web"></script>'

/** The script tag of the SDK: present, first, synchronous, with valid attributes. */
export function checkSnippet(target: Target): Finding[] {
  const { options, page } = target
  if (!isPage(target)) return []
  const { snippet } = page
  if (!snippet) return options.isBundled ? [] : [missing(target)]
  const { tag } = snippet
  const findings: Finding[] = []
  if (!snippet.hasServiceName) {
    findings.push(
      finding('page-no-service-name', {
        seen: describe(tag),
        fix: 'Add data-service-name to the script tag. Without it, nothing is traced.',
      }),
    )
  }
  const early = page.tags.slice(0, page.tags.indexOf(tag)).filter(runsWhileParsing)
  if (early[0]) {
    findings.push(
      finding('page-late-snippet', {
        seen: `scripts before the script tag of the SDK: ${early.length}, the first is ${describe(early[0])}`,
        fix: 'Move the script tag of the SDK to the start of the head, before all other scripts.',
      }),
    )
  }
  const asynchronous =
    ['async', 'defer', 'nomodule'].find((name) => tag.attributes.has(name)) ?? otherType(tag)
  if (asynchronous) {
    findings.push(
      finding('page-async-snippet', {
        seen: `the script tag has ${asynchronous}`,
        fix: `Remove ${asynchronous}: requests that the page sends before the script has run are not traced.`,
      }),
    )
  }
  return [...findings, ...checkAttributes(target)]
}

function checkAttributes({ page: { snippet } }: Target): Finding[] {
  if (!snippet) return []
  const findings: Finding[] = []
  const unknown = [...snippet.tag.attributes.keys()].filter((name) => WITHOUT_EFFECT.test(name))
  if (unknown.length > 0) {
    findings.push(
      finding('page-unknown-attribute', {
        seen: unknown.join(', '),
        fix: 'Correct the names. docs/embed.md lists the attributes of the script tag.',
      }),
    )
  }
  if (snippet.invalidPropagateTo.length > 0) {
    findings.push(
      finding('page-propagate-origin', {
        seen: snippet.invalidPropagateTo.map((entry) => JSON.stringify(entry)).join(', '),
        fix: 'Write origins without a path, a slash at the end and spaces, separated by commas: https://api.example.com,https://b.example',
      }),
    )
  }
  if (snippet.propagateTo.length > MAX_LISTED) {
    findings.push(
      finding('page-propagate-origin', {
        seen: `${snippet.propagateTo.length} origins, of which ${MAX_LISTED} are checked`,
        fix: 'List the origins of your own APIs only. Pass --api for each further one that is to be checked.',
      }),
    )
  }
  return findings
}

function missing({ page }: Target): Finding {
  return finding('page-no-snippet', {
    seen: `${displayUrl(page.response.url)}: ${page.tags.filter(({ name }) => name === 'script').length} script elements, none of the SDK`,
    fix: `Add ${TAG} at the start of the head. If the page imports the SDK in its own scripts, pass --bundled.`,
  })
}

/**
 * Scripts with `defer` and modules run after parsing; data blocks and scripts for browsers without modules do not run. A script
 * with `async` may run at any time.
 */
function runsWhileParsing(tag: Tag): boolean {
  const { name, attributes } = tag
  const isScript = name === 'script' && otherType(tag) === undefined && !attributes.has('nomodule')
  return isScript && !(attributes.has('src') && attributes.has('defer'))
}

/** The type of a tag that is not a classic script. */
function otherType({ attributes }: Tag): string | undefined {
  const type = attributes.get('type')?.trim().toLowerCase() ?? ''
  const isClassic = type === '' || /^(?:text|application)\/(?:x-)?(?:java|ecma)script$/.test(type)
  return isClassic ? undefined : `type=${JSON.stringify(type)}`
}

function describe({ attributes, text }: Tag): string {
  const src = attributes.get('src')
  if (src !== undefined) return `<script src="${displayUrl(src)}">`
  return `an inline script of ${text.length} characters`
}

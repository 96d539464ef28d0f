import type { Tag } from './html.ts'

/** The script tag of the browser SDK in a page. */
export interface Snippet {
  readonly tag: Tag
  /** The address of the loader; `undefined` when it is inline. */
  readonly src: URL | undefined
  /** The scripts that the loader loads. */
  readonly sdk: URL
  readonly extras: URL
  /** Where spans are posted. */
  readonly endpoint: URL
  /** The valid origins of `data-propagate-to`, and the entries that are no origins. */
  readonly propagateTo: readonly URL[]
  readonly invalidPropagateTo: readonly string[]
  /** Whether there is a service name, without which nothing is traced. */
  readonly hasServiceName: boolean
}

const LOADER = /(?:^|\/)throughline(?:[.-][\w-]+)?\.js(?:[?#]|$)/
const OTHER_SCRIPT = /(?:^|\/)throughline-(?:sdk|extras|react)\b/

/** The tag of the browser SDK: a script with `data-service-name` or with the name of the loader. */
export function findSnippet(tags: readonly Tag[], base: URL): Snippet | undefined {
  const tag = tags.find(({ name, attributes }) => {
    const src = attributes.get('src') ?? ''
    return name === 'script' && (attributes.has('data-service-name') || isLoader(src))
  })
  return tag && readSnippet(tag, baseOf(tags, base) ?? base)
}

function isLoader(src: string): boolean {
  return LOADER.test(src) && !OTHER_SCRIPT.test(src)
}

function readSnippet(tag: Tag, base: URL): Snippet {
  const { attributes } = tag
  const resolve = (address: string, from: URL = base) =>
    URL.canParse(address, from.href) ? new URL(address, from) : from
  const src = attributes.get('src')
  const loader = src === undefined ? undefined : resolve(src)
  const sdkText = attributes.get('data-sdk')
  const sdk = sdkText === undefined ? resolve('throughline-sdk.js', loader) : resolve(sdkText)
  const extrasText = attributes.get('data-extras')
  const entries = (attributes.get('data-propagate-to') ?? '').split(',').filter((entry) => entry !== '')
  return {
    tag,
    src: loader,
    sdk,
    extras: extrasText === undefined ? resolve('throughline-extras.js', sdk) : resolve(extrasText),
    endpoint: resolve(attributes.get('data-endpoint') || '/v1/traces'),
    propagateTo: entries.filter(isOrigin).map((entry) => new URL(entry)),
    invalidPropagateTo: entries.filter((entry) => !isOrigin(entry)),
    hasServiceName: Boolean(attributes.get('data-service-name')),
  }
}

/** The loader compares the entries as they are: a slash at the end, or a space, is not an origin. */
function isOrigin(entry: string): boolean {
  return URL.canParse(entry) && new URL(entry).origin === entry
}

function baseOf(tags: readonly Tag[], page: URL): URL | undefined {
  const href = tags
    .find(({ name, attributes }) => name === 'base' && attributes.has('href'))
    ?.attributes.get('href')
  return href !== undefined && URL.canParse(href, page.href) ? new URL(href, page) : undefined
}

import type { EdgeOptions } from '../options.ts'
import { warn } from '../platform/otel-api.ts'

const ORIGIN_OPTIONS = ['trust', 'propagateTo', 'timingAllowOrigin'] as const
const KEYWORDS: readonly unknown[] = ['same-origin', 'internal', 'all']

/** Returns the options with serialized origins, and with `propagateBindings` in place of its deprecated name `rpc`. */
export function normalizeOptions(options: EdgeOptions): EdgeOptions {
  const own: Record<string, unknown> = { ...options }
  for (const name of ORIGIN_OPTIONS) {
    const given = own[name]
    if (given !== undefined && !KEYWORDS.includes(given)) own[name] = checkOrigins(name, given)
  }
  own.propagateBindings ??= options.rpc
  return own
}

/**
 * Serializes origins as browsers do in the `Origin` header. Invalid origins are removed, with a warning.
 *
 * @see https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin
 */
export function checkOrigins(name: string, given: unknown): string[] {
  // A string becomes a list of one origin: `includes` on a string would match any part of it.
  return [given]
    .flat()
    .flatMap(
      (item) => originOf(String(item)) ?? warnInvalid(name, item, 'not an origin such as https://a.example'),
    )
}

/** Warns of an invalid value. Returns an empty list, for `flatMap`. */
export function warnInvalid(name: string, value: unknown, problem: string): [] {
  warn(`${name}: ${JSON.stringify(value)} is ${problem}`)
  return []
}

function originOf(text: string): string | undefined {
  const [, bare] = /^([a-z][a-z\d+.-]*:\/\/[^\s/?#*@]+)\/?$/i.exec(text) ?? []
  const origin = bare && URL.parse(bare)?.origin
  // https://url.spec.whatwg.org/#concept-url-origin: schemes of apps, such as capacitor:, have an opaque origin, `null`.
  return origin === 'null' ? bare : origin
}

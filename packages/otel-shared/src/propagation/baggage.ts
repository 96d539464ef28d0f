import type { Baggage, BaggageEntry, BaggageEntryMetadata } from '@opentelemetry/api'
import { MAX_BAGGAGE_BYTES, MAX_BAGGAGE_MEMBERS } from '../limits.ts'
import { toWellFormed } from '../text/truncate.ts'
import { decodeUtf8Lossy } from '../text/utf8.ts'
import { MapBaggage } from './map-baggage.ts'

// Matches a key, and optionally `=` and a value. The whitespace after a value is optional together with the value, since two
// adjacent runs of whitespace would take quadratic time.
const PAIR =
  /^[ \t]*([!#$%&'*+\-.^`|~\w]+)[ \t]*(?:(=)[ \t]*(?:([\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+)[ \t]*)?)?$/

/**
 * Parses a `baggage` header. Members and properties that violate the grammar are omitted. The others are kept up to 8,192
 * bytes and 180 members. The specification requires platforms to propagate at least 8,192 bytes and 64 members.
 *
 * @see https://www.w3.org/TR/baggage/
 */
export function parseBaggage(header: string): Baggage | undefined {
  // A member that exceeds the limit is dropped as a whole.
  const end =
    header.length > MAX_BAGGAGE_BYTES
      ? Math.max(header.lastIndexOf(',', MAX_BAGGAGE_BYTES), 0)
      : header.length
  const entries = new Map<string, BaggageEntry>()
  let count = 0
  for (const member of header.slice(0, end).split(',')) {
    if (member === '') continue
    if (++count > MAX_BAGGAGE_MEMBERS) break
    const [pair = '', ...properties] = member.split(';')
    const [, key, equals, value = ''] = PAIR.exec(pair) ?? []
    if (key === undefined || equals === undefined) continue
    const metadata = formatProperties(properties)
    entries.set(key, {
      value: decode(value),
      // The API marks metadata with a symbol that it does not export, but calls only `toString`.
      ...(metadata && { metadata: { toString: () => metadata } as BaggageEntryMetadata }),
    })
  }
  return entries.size === 0 ? undefined : new MapBaggage(entries)
}

/**
 * Formats a `baggage` header. Returns `undefined` when it would be empty.
 *
 * @param own a header that the caller has set. It comes first and is not changed. Members with its keys are omitted, and so
 *   are members that exceed the limits.
 */
export function formatBaggage(baggage: Baggage, own = ''): string | undefined {
  // Only the keys are read, so that a bundle that only writes baggage does not contain the parser.
  const taken =
    own === '' ? [] : own.split(',').map((member) => PAIR.exec(member.split(';', 1)[0] ?? '')?.[1])
  let header = own
  let count = taken.length
  for (const [key, { value, metadata }] of baggage.getAllEntries()) {
    if (PAIR.exec(key)?.[1] !== key || taken.includes(key)) continue
    // An app can set any text as a value or as properties. The parts that violate the grammar are encoded or omitted.
    const properties = formatProperties(metadata?.toString().split(';') ?? [])
    // `encodeURIComponent` throws on a lone surrogate.
    const text = encodeURIComponent(toWellFormed(value))
    const member = `${header && ','}${key}=${text}${properties && `;${properties}`}`
    if (header.length + member.length > MAX_BAGGAGE_BYTES || count >= MAX_BAGGAGE_MEMBERS) continue
    header += member
    count++
  }
  return header || undefined
}

/** Formats valid properties: keys, and pairs whose values can contain `=`. They are opaque, so they are not decoded. */
function formatProperties(properties: readonly string[]): string {
  return properties
    .flatMap((property) => {
      const [, key, equals = '', value = ''] = PAIR.exec(property) ?? []
      return key === undefined ? [] : key + equals + value
    })
    .join(';')
}

/** Percent-decodes UTF-8. As the specification requires, octets that are not UTF-8 become U+FFFD. */
function decode(value: string): string {
  if (!value.includes('%')) return value
  const octets = value.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return decodeUtf8Lossy(Uint8Array.from(octets, (octet) => octet.charCodeAt(0)))
}

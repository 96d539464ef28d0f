import type { Baggage, BaggageEntry, BaggageEntryMetadata } from '@opentelemetry/api'
import { MapBaggage } from './map-baggage.ts'

const MAX_MEMBERS = 180
const MAX_BYTES = 8192
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const PROPERTIES = /^[\x21-\x2b\x2d-\x7e](?:[\t\x20-\x2b\x2d-\x7e]*[\x21-\x2b\x2d-\x7e])?$/
const VALUE = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/

/**
 * Reads a `baggage` header. Members that break the grammar are left out; the rest are kept up to the
 * specification's limits of 180 members and 8,192 bytes.
 *
 * @see https://www.w3.org/TR/baggage/
 */
export function parseBaggage(header: string): Baggage | undefined {
  const entries = new Map<string, BaggageEntry>()
  let sizeBytes = 0
  for (const member of header.split(',')) {
    sizeBytes += member.length + 1
    if (sizeBytes > MAX_BYTES + 1 || entries.size === MAX_MEMBERS) break
    const [pair = '', ...properties] = member.split(';')
    const separator = pair.indexOf('=')
    const key = pair.slice(0, separator).trim()
    const rawValue = pair.slice(separator + 1).trim()
    if (separator < 1 || !TOKEN.test(key) || !VALUE.test(rawValue)) continue
    const value = decode(rawValue)
    const metadata = properties.map((property) => property.trim()).join(';')
    entries.set(key, metadata === '' ? { value } : { value, metadata: toMetadata(metadata) })
  }
  return entries.size === 0 ? undefined : new MapBaggage(entries)
}

/** Writes a `baggage` header, `undefined` when nothing fits or there is nothing to say. */
export function formatBaggage(baggage: Baggage): string | undefined {
  let header = ''
  let count = 0
  for (const [key, { value, metadata }] of baggage.getAllEntries()) {
    if (!TOKEN.test(key)) continue
    // An app may set any properties; what is no header is not sent.
    const properties = metadata?.toString() ?? ''
    const suffix = PROPERTIES.test(properties) ? `;${properties}` : ''
    const member = `${key}=${encode(value)}${suffix}`
    if (header.length + member.length + 1 > MAX_BYTES || count === MAX_MEMBERS) continue
    header = header === '' ? member : `${header},${member}`
    count++
  }
  return header === '' ? undefined : header
}

/** The API brands metadata with a symbol it does not export; all it reads is `toString`. */
function toMetadata(text: string): BaggageEntryMetadata {
  return { toString: () => text } as BaggageEntryMetadata
}

/** Octets that are no UTF-8 become U+FFFD, as the specification demands. */
function decode(value: string): string {
  const octets = value.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return new TextDecoder().decode(Uint8Array.from(octets, (octet) => octet.charCodeAt(0)))
}

/** Halves of characters, which an app may set as it may set anything, cannot be encoded: they too become U+FFFD. */
function encode(value: string): string {
  return encodeURIComponent(new TextDecoder().decode(new TextEncoder().encode(value)))
}

import type { Baggage, BaggageEntry, BaggageEntryMetadata } from '@opentelemetry/api'
import { MapBaggage } from './map-baggage.ts'

const MAX_MEMBERS = 180
const MAX_BYTES = 8192
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
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
    if (value === undefined) continue
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
    const member = `${key}=${encodeURIComponent(value)}${metadata ? `;${metadata.toString()}` : ''}`
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

function decode(value: string): string | undefined {
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined
  }
}

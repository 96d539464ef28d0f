import { ATTR_URL_FULL } from '@opentelemetry/semantic-conventions'
import { redactUrl } from '@throughline/otel-shared'
import type { AttributeList } from '../../core/attribute-list.ts'
import type { Sdk } from '../../core/sdk.ts'
import { MAX_KNOWN_ADDRESS_LENGTH, MAX_KNOWN_ADDRESSES } from '../../limits.ts'
import type { EdgeOptions } from '../../options.ts'
import { methodAttributes } from '../http-method.ts'
import { serverAttributes } from '../server-attributes.ts'

/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span */
export function requestAttributes(method: string, address: string, sdk: Sdk): AttributeList {
  return [
    ...methodAttributes(method, sdk),
    ATTR_URL_FULL,
    redactAddress(address, sdk.options),
    ...serverAttributes(URL.parse(address)),
  ]
}

// Cache: redacted addresses, at most MAX_KNOWN_ADDRESSES. Most addresses that a worker fetches come again, and the search for
// secrets takes microseconds.
const redactedAddresses = new Map<string, string>()

function redactAddress(address: string, options: EdgeOptions): string {
  // The redaction of a query depends on the options.
  if (address.length > MAX_KNOWN_ADDRESS_LENGTH || address.includes('?')) return redactUrl(address, options)
  const known = redactedAddresses.get(address)
  if (known !== undefined) return known
  const redacted = redactUrl(address)
  if (redactedAddresses.size === MAX_KNOWN_ADDRESSES) redactedAddresses.clear()
  redactedAddresses.set(address, redacted)
  return redacted
}

import { ATTR_SERVER_ADDRESS, ATTR_SERVER_PORT, ATTR_URL_FULL } from '@opentelemetry/semantic-conventions'
import { redactUrl } from '@throughline/otel-shared'
import type { AttributeList } from '../../core/attribute-list.ts'
import type { Sdk } from '../../core/sdk.ts'
import type { EdgeOptions } from '../../options.ts'
import { methodAttributes } from '../http-method.ts'

/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span */
export function requestAttributes(method: string, address: string, sdk: Sdk): AttributeList {
  const url = URL.parse(address)
  const attributes = methodAttributes(method, sdk)
  attributes.push(
    ATTR_URL_FULL,
    redactAddress(address, sdk.options),
    ATTR_SERVER_ADDRESS,
    url?.hostname,
    ATTR_SERVER_PORT,
    url?.port ? Number(url.port) : url?.protocol === 'https:' ? 443 : 80,
  )
  return attributes
}

const MAX_KNOWN = 100
const MAX_KNOWN_LENGTH = 256
// Cache: redacted addresses, at most MAX_KNOWN. Most addresses that a worker fetches come again, and the search for
// secrets takes microseconds.
const redactedAddresses = new Map<string, string>()

function redactAddress(address: string, options: EdgeOptions): string {
  // The redaction of a query depends on the options.
  if (address.length > MAX_KNOWN_LENGTH || address.includes('?')) return redactUrl(address, options)
  const known = redactedAddresses.get(address)
  if (known !== undefined) return known
  const redacted = redactUrl(address)
  if (redactedAddresses.size === MAX_KNOWN) redactedAddresses.clear()
  redactedAddresses.set(address, redacted)
  return redacted
}

import { ATTR_URL_FULL } from '@opentelemetry/semantic-conventions'
import { redactUrl } from '@throughline/otel-shared'
import type { AttributeList } from '../../core/attribute-list.ts'
import { cached } from '../../core/cached.ts'
import type { Sdk } from '../../core/sdk.ts'
import type { EdgeOptions } from '../../options.ts'
import { methodAttributes } from '../http-method.ts'
import { serverAttributes } from '../server-attributes.ts'

/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span */
export function requestAttributes(method: string, address: string, sdk: Sdk): AttributeList {
  // The redaction of a query depends on the options.
  const attributes = address.includes('?')
    ? addressAttributes(address, sdk.options)
    : knownAttributes(address)
  return methodAttributes(method, sdk).concat(attributes)
}

// Cache: most addresses that a worker fetches come again, and parsing and the search for secrets take microseconds.
const knownAttributes = cached((address) => addressAttributes(address, {}))

function addressAttributes(address: string, options: EdgeOptions): AttributeList {
  return [ATTR_URL_FULL, redactUrl(address, options), ...serverAttributes(URL.parse(address))]
}

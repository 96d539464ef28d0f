import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_METHOD_ORIGINAL,
} from '@opentelemetry/semantic-conventions'
import { isKnownMethod } from '@throughline/otel-shared'
import type { AttributeList } from '../core/attribute-list.ts'
import type { Sdk } from '../core/sdk.ts'

/**
 * The method for the name of an HTTP span. It is `HTTP` for an unknown method, which keeps the cardinality of names low.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#name
 */
export function spanNameOf(method: string, { config }: Sdk): string {
  return isKnownMethod(method, config.knownMethods) ? method : 'HTTP'
}

/** Creates a list of `http.request.method` and, for an unknown method, `http.request.method_original`. */
export function methodAttributes(method: string, { config }: Sdk): AttributeList {
  return isKnownMethod(method, config.knownMethods)
    ? [ATTR_HTTP_REQUEST_METHOD, method]
    : [ATTR_HTTP_REQUEST_METHOD, '_OTHER', ATTR_HTTP_REQUEST_METHOD_ORIGINAL, method.slice(0, 64)]
}

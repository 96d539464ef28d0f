export {
  ATTR_ACTION_TYPE,
  ATTR_ATTRIBUTION,
  ATTR_CLOCK_OFFSET,
  ATTR_INCOMPLETE,
  ATTR_KEPT,
  ATTR_SERVICE_NAME,
} from '@throughline/otel-shared'

import { ATTR_URL_FULL, ATTR_URL_TEMPLATE } from '@throughline/otel-shared'

/**
 * The attributes that say what an HTTP span requested, the best one first. The last two are those of conventions before 1.21,
 * which some SDKs still send.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */
export const HTTP_TARGET_KEYS: readonly string[] = [
  'http.route',
  ATTR_URL_TEMPLATE,
  'url.path',
  ATTR_URL_FULL,
  'http.target',
  'http.url',
]

/**
 * Attributes of the calls of services.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/rpc/rpc-spans/
 */
export const CALL_KEYS: readonly string[] = [...HTTP_TARGET_KEYS, 'rpc.system', 'rpc.system.name']

/** The status code of a response; the second one is of conventions before 1.21. */
export const HTTP_STATUS_KEYS: readonly string[] = ['http.response.status_code', 'http.status_code']

/** @see https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/ */
export const EVENT_EXCEPTION = 'exception'
export const ATTR_EXCEPTION_TYPE = 'exception.type'
export const ATTR_EXCEPTION_MESSAGE = 'exception.message'
export const ATTR_ERROR_TYPE = 'error.type'

/** The service name that the specification prescribes when none is set. */
export const UNKNOWN_SERVICE = 'unknown_service'

/**
 * Jaeger's tags for span fields that are not attributes in OpenTelemetry.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/jaeger/
 */
export const TAG_SPAN_KIND = 'span.kind'
export const TAG_ERROR = 'error'
export const TAG_STATUS_CODE = 'otel.status_code'
export const TAG_STATUS_DESCRIPTION = 'otel.status_description'
export const TAG_SCOPE_NAME = 'otel.scope.name'
export const TAG_SCOPE_VERSION = 'otel.scope.version'
export const TAG_TRACESTATE = 'w3c.tracestate'

export const STATUS_ERROR = 2

/** Jaeger's names of OTLP span kinds, by number. 0 means unspecified, which OTLP allows to be treated as internal. */
const KIND_NAMES = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const

/** Jaeger's name of an OTLP span kind: `server`, `client`, … */
export function spanKindName(kind: number): string {
  return KIND_NAMES[kind] ?? 'internal'
}

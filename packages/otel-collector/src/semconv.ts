/** @see https://opentelemetry.io/docs/specs/semconv/resource/#service */
export const ATTR_SERVICE_NAME = 'service.name'
/** What the specification has an SDK say when it is not told its name. */
export const UNKNOWN_SERVICE = 'unknown_service'

/**
 * The tags that Jaeger makes of what is no attribute in OpenTelemetry.
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

/** Jaeger's names of OTLP's span kinds, by number; 0 is "unspecified", which may be taken for internal. */
const KIND_NAMES = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const

/** Jaeger's name of an OTLP span kind: `server`, `client`, … */
export function spanKindName(kind: number): string {
  return KIND_NAMES[kind] ?? 'internal'
}

import { ATTR_URL_FULL } from '@throughline/otel-shared'

/** The attribute keys that the doctor writes and reads. Those of packages/otel-shared are imported from there. */
export const ATTR_HTTP_REQUEST_METHOD = 'http.request.method'
export const ATTR_HTTP_STATUS = 'http.response.status_code'
/** The status of the response, in the stable conventions and in older ones. */
export const HTTP_STATUS_KEYS: readonly string[] = [ATTR_HTTP_STATUS, 'http.status_code']
export const HTTP_METHOD_KEYS: readonly string[] = [ATTR_HTTP_REQUEST_METHOD, 'http.method']
/** The name of `url.full` before the stable conventions. */
export const ATTR_HTTP_URL = 'http.url'
/** Keys of spans of HTTP calls, in the stable conventions and in older ones. */
export const HTTP_CALL_KEYS: readonly string[] = [
  'http.request.method',
  'http.method',
  'url.full',
  ATTR_HTTP_URL,
]
/** Keys of spans of remote procedure calls. @see https://opentelemetry.io/docs/specs/semconv/rpc/rpc-spans/ */
export const RPC_KEYS: readonly string[] = ['rpc.system.name', 'rpc.system']
export const ATTR_TELEMETRY_DISTRO = 'telemetry.distro.name'
/** The distribution that workers of this project name. */
export const EDGE_DISTRO = 'throughline-edge'
export const HTTP_URL_KEYS: readonly string[] = [ATTR_URL_FULL, ATTR_HTTP_URL]
// https://opentelemetry.io/docs/specs/semconv/resource/#service
export const ATTR_SERVICE_VERSION = 'service.version'
export const ATTR_SDK_LANGUAGE = 'telemetry.sdk.language'
/** Where exporters to Zipkin write the instrumentation scope. */
export const TAG_SCOPE = 'otel.scope.name'

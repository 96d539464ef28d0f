/** The attribute keys that the doctor writes and reads. Those of packages/otel-shared are imported from there. */
export const ATTR_HTTP_REQUEST_METHOD = 'http.request.method'
export const ATTR_HTTP_STATUS = 'http.response.status_code'
/** Keys of spans of HTTP calls, in the stable conventions and in older ones. */
export const HTTP_CALL_KEYS: readonly string[] = [
  'http.request.method',
  'http.method',
  'url.full',
  'http.url',
]
/** Where exporters to Zipkin write the instrumentation scope. */
export const TAG_SCOPE = 'otel.scope.name'

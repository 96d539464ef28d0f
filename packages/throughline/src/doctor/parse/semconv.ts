/** The attribute keys that the doctor writes and reads. Those of packages/otel-shared are imported from there. */
export const ATTR_HTTP_REQUEST_METHOD = 'http.request.method'
export const ATTR_HTTP_STATUS = 'http.response.status_code'

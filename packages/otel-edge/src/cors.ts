/** What a cross-origin page needs to send our context and read our timing: to be added to a CORS configuration. */
export const CORS_ALLOW_HEADERS: readonly string[] = ['traceparent', 'tracestate', 'baggage']
export const CORS_EXPOSE_HEADERS: readonly string[] = ['server-timing', 'trace-id']

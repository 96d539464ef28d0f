/** Values for `Access-Control-Allow-Headers`, so that pages of other origins can send the context. */
export const CORS_ALLOW_HEADERS: readonly string[] = ['traceparent', 'tracestate', 'baggage']
/** Values for `Access-Control-Expose-Headers`, so that pages of other origins can read timing and trace id. */
export const CORS_EXPOSE_HEADERS: readonly string[] = ['server-timing', 'trace-id']

export type { EdgeOptions } from './options.ts'
export { traceRequests as tracing } from './trace-requests.ts'

export { flush } from './export/batch-buffer.ts'
export { tracing } from './hono/minimal-tracing.ts'
export type { EdgeOptions } from './options.ts'

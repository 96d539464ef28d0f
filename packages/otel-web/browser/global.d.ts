import type { Tracing } from '../src/index.ts'

declare global {
  interface Window {
    throughline?: Tracing
  }
}

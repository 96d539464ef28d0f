import { readScriptOptions } from './script-options.ts'
import { startTracing, type Tracing } from './start-tracing.ts'

declare global {
  interface Window {
    throughline?: Tracing
  }
}

try {
  const options = readScriptOptions(document.currentScript)
  if (!window.throughline && options) window.throughline = startTracing(options)
} catch {
  // Tracing that cannot start leaves the page as it is.
}

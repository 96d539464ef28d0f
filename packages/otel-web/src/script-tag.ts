import type { HandOver } from './loader/hand-over.ts'
import { readScriptOptions } from './script-options.ts'
import { startTracingAfter, type Tracing } from './start-tracing.ts'

declare global {
  interface Window {
    throughline?: Tracing
  }
}

/** The SDK as the loader fetches it, or as a script tag of its own. */
try {
  const given: unknown = window.throughline
  const early = isHandOver(given) ? given : undefined
  const options = readScriptOptions(early?.script_ ?? document.currentScript)
  if (options && (early || !given)) {
    const tracing = startTracingAfter(options, early)
    window.throughline = tracing
    if (early) {
      early.tracing_ = tracing
      for (const entry of early.log_) {
        if (Array.isArray(entry) && typeof entry[0] === 'string') makeUpFor(tracing, entry[0], entry[1])
      }
    }
  }
} catch {
  // Tracing that cannot start leaves the page as it is.
}

function isHandOver(given: unknown): given is HandOver {
  return typeof given === 'object' && given !== null && Array.isArray((given as Partial<HandOver>).log_)
}

function makeUpFor(tracing: Tracing, name: string, args: unknown): void {
  const method: unknown = Reflect.get(tracing, name)
  if (typeof method === 'function' && Array.isArray(args)) Reflect.apply(method, tracing, args)
}

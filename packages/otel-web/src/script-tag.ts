import { loadByScript } from './extras/load-by-script.ts'
import type { HandOver } from './loader/hand-over.ts'
import { runTracing } from './run-tracing.ts'
import { readScriptOptions } from './script-options.ts'
import { hasPrivacySignal } from './session/privacy-signals.ts'
import type { Tracing } from './tracing.ts'

declare global {
  interface Window {
    throughline?: Tracing
  }
}

/** The SDK as the loader fetches it, or as a script tag of its own. */
try {
  const own = document.currentScript as HTMLScriptElement | null
  const given: unknown = window.throughline
  const early = isHandOver(given) ? given : undefined
  const script = early?.script_ ?? own
  const options = readScriptOptions(script)
  if (options && own && (early || !given) && !hasPrivacySignal()) {
    // The loader's handle answers for what it does not have with a function.
    const policy = typeof early?.policy_ === 'object' ? early.policy_ : undefined
    const extrasUrl = script?.dataset.extras ?? own.src.replace('-sdk', '-extras')
    const nonce = own.nonce
    whenShown(() => {
      const tracing = runTracing(options, { early, loadExtras: () => loadByScript(extrasUrl, nonce, policy) })
      window.throughline = tracing
      if (early) makeUpFor(early, tracing)
    })
  }
} catch {
  // Tracing that cannot start leaves the page as it is.
}

/** Nobody has asked for a prerendered page yet; the loader keeps what it does until somebody does. */
function whenShown(start: () => void): void {
  const guarded = () => {
    try {
      start()
    } catch {
      // As above: an event's listener is outside of that.
    }
  }
  if ((document as { prerendering?: boolean }).prerendering === true) {
    document.addEventListener('prerenderingchange', guarded, { once: true })
  } else guarded()
}

function isHandOver(given: unknown): given is HandOver {
  return typeof given === 'object' && given !== null && Array.isArray((given as Partial<HandOver>).log_)
}

/** Calls of the early handle go on to the SDK, those of before now. */
function makeUpFor(early: HandOver, tracing: Tracing): void {
  early.tracing_ = tracing
  for (const entry of early.log_) {
    if (!Array.isArray(entry) || typeof entry[0] !== 'string' || !Array.isArray(entry[1])) continue
    const method: unknown = Reflect.get(tracing, entry[0])
    if (typeof method === 'function') Reflect.apply(method, tracing, entry[1])
  }
}

import { loadByScript } from './extras/load-by-script.ts'
import type { EarlyCall, HandOver } from './loader/hand-over.ts'
import { stopLoader } from './loader/take-over.ts'
import { whenShown } from './page/when-shown.ts'
import { runTracing } from './run-tracing.ts'
import { readScriptOptions } from './script-options.ts'
import { hasPrivacySignal } from './session/privacy-signals.ts'
import type { Tracing } from './tracing.ts'

type Method = (...args: unknown[]) => unknown

declare global {
  interface Window {
    throughline?: Tracing
  }
}

/** The SDK as the loader fetches it, or as a script tag of its own. */
const given = window.throughline as (Tracing & Partial<HandOver>) | undefined
// A running SDK has no log.
const early = given?.log_ ? (given as Tracing & HandOver) : undefined
guarded(() => {
  const own = document.currentScript as HTMLScriptElement
  const script = early?.script_ ?? own
  const options = readScriptOptions(script)
  if (!options || (given && !early) || hasPrivacySignal()) return giveUp()
  const { extras, extrasIntegrity } = script.dataset
  // Only the last one: a host's name can have it, too.
  const url = extras ?? own.src.replace(/(.*)-sdk/, '$1-extras')
  // The loader keeps what a prerendered page does until somebody sees it.
  whenShown(() =>
    guarded(() => {
      const tracing = runTracing(options, {
        early,
        loadExtras: () => loadByScript(url, own, extrasIntegrity, early?.policy_),
      })
      window.throughline = tracing
      if (early) makeUpFor(early, tracing)
    }),
  )
})

function guarded(run: () => void): void {
  try {
    run()
  } catch {
    giveUp()
  }
}

/** Tracing that cannot start leaves the page as it is: the loader's patches go, too. */
function giveUp(): void {
  if (!early) return
  stopLoader(early)
  early.log_.length = 0
}

/** Calls of the early handle go on to the SDK, those of before now. */
function makeUpFor(early: HandOver, tracing: Tracing): void {
  early.tracing_ = tracing
  for (const entry of early.log_) {
    // Which methods there are is for the SDK to know; whoever called another one has been given a promise already.
    if (isCall(entry)) (tracing as unknown as Record<string, Method | undefined>)[entry[0]]?.(...entry[1])
  }
  // It holds requests with their bodies, and what was clicked.
  early.log_.length = 0
}

function isCall(entry: HandOver['log_'][number]): entry is EarlyCall {
  return Array.isArray(entry) && typeof entry[0] === 'string'
}

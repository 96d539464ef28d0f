import { rareSecrets } from '@throughline/otel-shared'
import type { FollowReact } from '../instrumentation/react/follow-react.ts'
import type { EarlyCall, LoaderState } from '../loader/loader-state.ts'
import { stopLoader } from '../loader/stop-loader.ts'
import { readDocument } from '../platform/document.ts'
import { whenShown } from '../platform/when-shown.ts'
import { hasPrivacySignal } from '../privacy/privacy-signals.ts'
import { runTracing } from '../run-tracing.ts'
import type { Tracing } from '../tracing.ts'
import type { ExtrasChunk } from './extras-script.ts'
import { loadByScript } from './load-by-script.ts'
import { ownData, readScriptOptions } from './script-options.ts'

type Method = (...args: unknown[]) => unknown

declare global {
  interface Window {
    throughline?: Tracing
  }
}

/**
 * The entry point of the SDK as a script, loaded by the loader or by a script tag of its own. `window.throughline` is
 * the handle of the loader or of a running SDK.
 */
const given = (Object.hasOwn(window, 'throughline') ? window.throughline : undefined) as
  | (Tracing & Partial<LoaderState>)
  | undefined
// Only the handle of the loader has a log.
const early = given?.log_ ? (given as Tracing & LoaderState) : undefined
guarded(() => {
  const own = readDocument('currentScript') as HTMLScriptElement
  const script = early?.script_ ?? own
  if ((given && !early) || hasPrivacySignal()) return giveUp()
  const options = readScriptOptions(script)
  const { extras, extrasIntegrity, sdk, react, reactIntegrity } = ownData(script)
  // The loader has Trusted Types URLs for the chunks beside itself and for those named by attributes. If only
  // `data-sdk` names a URL, the chunks are beside the SDK. The last `-sdk` is replaced, since a host name may contain
  // it too.
  const urlOf = (name: string, index: number, address: string | undefined) =>
    (address || !sdk) && early ? early.urls_[index] : address || own.src.replace(/^(.*)-sdk/, `$1-${name}`)
  // Until the activation of a prerendered page the loader continues to record.
  whenShown(() =>
    guarded(() => {
      const tracing = runTracing(options, {
        loader: early,
        loadExtras: async () => {
          const { extras: chunk, redact } = await loadByScript<ExtrasChunk>(
            urlOf('extras', 1, extras),
            own,
            extrasIntegrity,
          )
          rareSecrets.redact = redact
          return chunk
        },
        react: {
          met: early?.react_,
          load: () => loadByScript<FollowReact>(urlOf('react', 2, react), own, reactIntegrity),
        },
      })
      window.throughline = tracing
      if (early) makeUpFor(early, tracing)
    }),
  )
})

function guarded(run: () => void): void {
  try {
    run()
  } catch (error) {
    console.warn('throughline cannot start:', error)
    giveUp()
  }
}

/** If tracing cannot start, the loader is stopped, too. */
function giveUp(): void {
  if (!early) return
  stopLoader(early)
  early.log_.length = 0
}

/** Repeats the calls that the page has made on the handle of the loader, and passes later ones on to the SDK. */
function makeUpFor(early: LoaderState, tracing: Tracing): void {
  early.tracing_ = tracing
  for (const entry of early.log_) {
    // The handle of the loader accepts any method name. A caller of an unknown method has already got a promise.
    if (isCall(entry)) (tracing as unknown as Record<string, Method | undefined>)[entry[0]]?.(...entry[1])
  }
  // The log keeps requests with their bodies, and events with their targets, in memory.
  early.log_.length = 0
}

function isCall(entry: LoaderState['log_'][number]): entry is EarlyCall {
  return Array.isArray(entry) && typeof entry[0] === 'string'
}

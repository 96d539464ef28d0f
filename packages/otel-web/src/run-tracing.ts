import { connectivityInstrumentation } from './instrumentation/connectivity/index.ts'
import { consentInstrumentation } from './instrumentation/consent/index.ts'
import { earlyWorkInstrumentation } from './instrumentation/early-work/index.ts'
import { errorsInstrumentation } from './instrumentation/errors/index.ts'
import { fetchInstrumentation } from './instrumentation/fetch/index.ts'
import { lifecycleInstrumentation } from './instrumentation/lifecycle/index.ts'
import { navigationInstrumentation } from './instrumentation/navigation/index.ts'
import { pageLoadInstrumentation } from './instrumentation/page-load/index.ts'
import { createReactInstrumentation, type LoadReact } from './instrumentation/react/index.ts'
import { timersInstrumentation } from './instrumentation/timers/index.ts'
import { userEventsInstrumentation } from './instrumentation/user-events/index.ts'
import { xhrInstrumentation } from './instrumentation/xhr/index.ts'
import type { LoaderState } from './loader/loader-state.ts'
import { stopLoader } from './loader/stop-loader.ts'
import type { TracingOptions } from './options.ts'
import { type Instrumentation, PageSdk } from './page-sdk.ts'
import { guarded } from './platform/guarded.ts'
import type { Restore } from './platform/patch.ts'
import type { Tracing } from './tracing.ts'
import { createTracingHandle } from './tracing-handle.ts'

const EXTRAS_DELAY_MILLIS = 500
/** How long exports wait for the extras, which redact rare secrets. An unloading page does not wait. */
const EXTRAS_PATIENCE_MILLIS = 5000

/**
 * Instrumentations in the order of their patches: a later patch is called before an earlier one. The context manager is
 * enabled last, so that promises that the other patches derive keep the context of the page.
 */
const INSTRUMENTATIONS: readonly Instrumentation[] = [
  pageLoadInstrumentation,
  fetchInstrumentation,
  earlyWorkInstrumentation,
  ({ timings }) => timings.observe(),
  xhrInstrumentation,
  timersInstrumentation,
  navigationInstrumentation,
  errorsInstrumentation,
  userEventsInstrumentation,
  lifecycleInstrumentation,
  ({ listeners }) => listeners.listenAfterOpen(),
  connectivityInstrumentation,
  consentInstrumentation,
]

/** Differences between the start by the script tag and the start by an import. */
export interface RunOptions {
  /** Loads the instrumentations that a page does not need immediately. */
  readonly loadExtras: () => Promise<readonly Instrumentation[]>
  /** The state of the loader, if the page has one. */
  readonly loader?: LoaderState | undefined
  readonly react: LoadReact
}

/** Creates the SDK and starts every instrumentation. */
export function runTracing(options: TracingOptions, { loadExtras, loader, react }: RunOptions): Tracing {
  if (loader) stopLoader(loader)
  const sdk = new PageSdk(options, loader, () => void tracing.shutdown())
  const { actions, pageContexts, exporter, provider, recordingState, pageLoad, http } = sdk
  const stops = startAll(sdk, INSTRUMENTATIONS)
  provider.register({ contextManager: pageContexts, propagator: http.propagator })
  stops.push(
    ...startAll(sdk, [
      ...(options.instrumentations ?? []).map((instrumentation) => () => {
        instrumentation.setTracerProvider(provider)
        instrumentation.enable()
        return () => instrumentation.disable()
      }),
      createExtrasInstrumentation(loadExtras),
      createReactInstrumentation(react),
    ]),
  )
  // The rest of the current task, and everything it schedules, belongs to the page load.
  if (pageLoad.owns() && !loader) sdk.enter(pageLoad.action.context)
  const tracing = createTracingHandle(sdk, async () => {
    pageContexts.disable()
    for (const stop of stops.splice(0).reverse()) guarded(stop)
    actions.finishAll('ended')
    exporter.otlp.add(exporter.queue.takeOpen())
    await exporter.flush()
    recordingState.stop()
    await provider.shutdown()
  })
  return tracing
}

/** Starts each instrumentation. Returns the functions that stop them. */
function startAll(sdk: PageSdk, instrumentations: readonly Instrumentation[]): Restore[] {
  return instrumentations.flatMap((start) => guarded(() => start(sdk)) ?? [])
}

/** Loads and starts the extras when the page has had time to start. */
function createExtrasInstrumentation(loadExtras: RunOptions['loadExtras']): Instrumentation {
  return (sdk) => {
    const { exporter, globals } = sdk
    let stops: Restore[] | undefined = []
    const timer = globals.setTimeout(() => {
      globals.setTimeout(exporter.open, EXTRAS_PATIENCE_MILLIS)
      loadExtras()
        .then((extras) => stops?.push(...startAll(sdk, extras)))
        // Without the extras there is no store and there are no web vitals. Rare secrets are then redacted only by the
        // relay.
        .catch(() => {})
        .then(exporter.open)
    }, EXTRAS_DELAY_MILLIS)
    return () => {
      globals.clearTimeout(timer)
      exporter.open()
      for (const stop of stops ?? []) guarded(stop)
      stops = undefined
    }
  }
}

import { extractBaggage, extractTraceContext } from '@throughline/otel-shared'
import { createSpanStore } from '../export/store/span-store.ts'
import { connectionsInstrumentation } from '../instrumentation/connections/index.ts'
import { framesInstrumentation } from '../instrumentation/frames/index.ts'
import { createRageClicks } from '../instrumentation/user-events/rage-clicks.ts'
import { webVitalsInstrumentation } from '../instrumentation/web-vitals/index.ts'
import type { Instrumentation } from '../page-sdk.ts'
import { completeSpans } from './attributes/span-extras.ts'
import { listWithoutEffect } from './check-attributes.ts'
import { checkOptions } from './check-options.ts'
import { createDebugConsole } from './debug.ts'
import { createReactNotice } from './react-notice.ts'

const MAX_STORED_BYTES = 5_000_000
const MAX_STORED_AGE_MILLIS = 24 * 3_600_000

const checkSettings: Instrumentation = ({ options, loader, hooks }) => {
  const withoutEffect = loader ? listWithoutEffect(loader.script_) : []
  if (options.debug && withoutEffect.length > 0) {
    console.info(`[throughline] attributes without effect: ${withoutEffect.join(', ')}`)
  }
  hooks.settings = { invalidSettings: checkOptions(options) + withoutEffect.length }
}

const storeSpans: Instrumentation = ({ exporter, options }) => {
  const maxBytes = options.maxStoredBytes ?? MAX_STORED_BYTES
  const maxAgeMillis = options.maxStoredAgeMillis ?? MAX_STORED_AGE_MILLIS
  if (maxBytes > 0) exporter.otlp.setStore(createSpanStore({ maxBytes, maxAgeMillis }))
}

const readHeaders: Instrumentation = ({ hooks }) => {
  hooks.extract = (context, carrier, getter) =>
    extractBaggage(extractTraceContext(context, carrier, getter), carrier, getter)
}

const recordRageClicks: Instrumentation = ({ hooks }) => {
  hooks.onClick = createRageClicks()
}

const printTraces: Instrumentation = ({ options: { debug }, hooks, http, patches, traceListeners }) => {
  if (!debug) return
  const { onTrace, onNotSent } = createDebugConsole(debug, patches.unpatchable())
  traceListeners.add(onTrace)
  const printReactNotice = createReactNotice(() => hooks.followReact?.())
  printReactNotice()
  // React may be evaluated later.
  traceListeners.add(printReactNotice)
  http.onNotSent = onNotSent
}

/** Instrumentations that a page does not need immediately, in a separate chunk. */
export const extras: readonly Instrumentation[] = [
  completeSpans,
  checkSettings,
  storeSpans,
  readHeaders,
  recordRageClicks,
  printTraces,
  webVitalsInstrumentation,
  framesInstrumentation,
  connectionsInstrumentation,
]

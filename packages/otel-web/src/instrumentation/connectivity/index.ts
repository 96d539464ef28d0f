import type { Instrumentation } from '../../page-sdk.ts'
import { stopAll } from '../../platform/stop-all.ts'

/** Exports the waiting spans when the browser goes online. Opens the store when it goes offline. */
export const connectivityInstrumentation: Instrumentation = ({ listeners: { listen }, exporter }) =>
  stopAll([
    listen(window, 'online', () => exporter.otlp.retryNow()),
    listen(window, 'offline', () => exporter.otlp.prepare()),
  ])

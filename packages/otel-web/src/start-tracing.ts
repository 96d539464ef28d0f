import type { TracingOptions } from './options.ts'
import { runTracing } from './run-tracing.ts'
import { hasPrivacySignal } from './session/privacy-signals.ts'
import { createInertTracing, type Tracing } from './tracing.ts'

/**
 * Starts tracing in this page: user actions become root spans, requests their children. On a server, and where
 * Do-Not-Track or Global Privacy Control is set, the handle it returns does nothing but run the functions it is given.
 *
 * @example
 * const tracing = startTracing({ serviceName: 'shop-web' })
 * await tracing.action('checkout', () => fetch('/api/orders', { method: 'POST' }))
 */
export function startTracing(options: TracingOptions): Tracing {
  if (typeof document === 'undefined') return createInertTracing()
  if (options.respectPrivacySignals !== false && hasPrivacySignal()) return createInertTracing()
  try {
    return runTracing(options, { loadExtras: async () => (await import('./extras/index.ts')).extras })
  } catch {
    // Tracing that cannot start leaves the page as it is.
    return createInertTracing()
  }
}

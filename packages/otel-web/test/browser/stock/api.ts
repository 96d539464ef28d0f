import { context, createTraceState, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { startTracing } from '@throughline/otel-web'

const tracing = startTracing({ serviceName: 'app' })
const tracer = trace.getTracer('app', '2.0.0')

const run = () =>
  tracing.action('outer', () =>
    tracer.startActiveSpan('inner', async (span) => {
      await (await fetch('/api/inner')).text()
      const carrier: { traceparent?: string } = {}
      propagation.inject(context.active(), carrier)
      span.setAttribute('app.injected', carrier.traceparent ?? '')
      span.end()
    }),
  )

/** A request in a context with all propagated data, as a child of a vendor's span. */
const runAsVendor = (path: string) => {
  const remote = {
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    traceFlags: 1,
    isRemote: true,
    traceState: createTraceState('vendor=1'),
  }
  const baggage = propagation.createBaggage({ tenant: { value: 'acme' } })
  const vendor = propagation.setBaggage(trace.setSpanContext(ROOT_CONTEXT, remote), baggage)
  return context.with(vendor, () => fetch(path).then((answer) => answer.text()))
}
Object.assign(window, { throughline: tracing, run, runAsVendor })

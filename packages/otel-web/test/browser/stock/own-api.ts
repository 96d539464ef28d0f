import { context, propagation, trace } from '@opentelemetry/api'

// An app that uses OpenTelemetry's API only.
document.querySelector('button')?.addEventListener('click', () =>
  trace.getTracer('app', '2.0.0').startActiveSpan('checkout', async (span) => {
    await (await fetch('/api/inside')).json()
    const carrier: { traceparent?: string } = {}
    propagation.inject(context.active(), carrier)
    span.setAttribute('app.injected', carrier.traceparent ?? '')
    span.end()
  }),
)

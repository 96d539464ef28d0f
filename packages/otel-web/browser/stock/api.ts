import { context, propagation, trace } from '@opentelemetry/api'
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
Object.assign(window, { throughline: tracing, run })

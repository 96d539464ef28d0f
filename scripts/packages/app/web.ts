import { startTracing, type TracingOptions } from '@throughline/otel-web'

const options: TracingOptions = { serviceName: 'shop-web', propagateTo: ['https://api.example.com'] }
const tracing = startTracing(options)
void tracing.action('buy', async () => {
  await fetch('/api/orders', { method: 'POST' })
})

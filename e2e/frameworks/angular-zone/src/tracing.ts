import { startTracing } from '@throughline/otel-web'

export const tracing = startTracing({ serviceName: 'shop-web' })

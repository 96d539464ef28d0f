import { startTracing } from '@throughline/otel-web'

const tracing = startTracing({ serviceName: 'shop-web' })

export default defineNuxtPlugin({ hooks: { 'vue:error': (error) => tracing.recordError(error) } })

// https://docs.sentry.io/platforms/javascript/tracing/
import { browserTracingIntegration, init, interactionsIntegration } from '@sentry/browser'

init({
  dsn: 'https://0123456789abcdef0123456789abcdef@o1.ingest.sentry.io/1',
  tunnel: '/sentry',
  integrations: [browserTracingIntegration(), interactionsIntegration()],
  tracesSampleRate: 1,
  tracePropagationTargets: [location.origin],
})

import type { HandleClientError } from '@sveltejs/kit'
import { startTracing } from '@throughline/otel-web'

const tracing = startTracing({ serviceName: 'shop-web' })

// SvelteKit catches errors of load functions and of rendering.
export const handleError: HandleClientError = ({ error, status }) => {
  if (status === 500) tracing.recordError(error)
}

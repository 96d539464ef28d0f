import { instrument } from '@throughline/otel-edge'
import { createRequestHandler } from 'react-router'

const handleRequest = createRequestHandler(
  () => import('virtual:react-router/server-build'),
  import.meta.env.MODE,
)

const worker = {
  fetch: (request, env, ctx) => handleRequest(request, { cloudflare: { env, ctx } }),
}
export default instrument(worker, { serviceName: 'shop' })

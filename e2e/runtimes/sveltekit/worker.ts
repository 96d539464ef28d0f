import { instrument } from '@throughline/otel-edge'
import worker from './.svelte-kit/cloudflare/_worker.js'

export default instrument(worker, { serviceName: 'shop' })

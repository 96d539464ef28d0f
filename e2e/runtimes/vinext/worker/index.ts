import { instrument } from '@throughline/otel-edge'

const load = () => import('vinext/server/app-router-entry')
const worker = { fetch: async (...args) => (await load()).default.fetch(...args) }
export default instrument(worker, { serviceName: 'shop' })

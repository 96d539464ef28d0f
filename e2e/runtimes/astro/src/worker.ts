import server from '@astrojs/cloudflare/entrypoints/server'
import { instrument } from '@throughline/otel-edge'

export default instrument(server, { serviceName: 'shop' })

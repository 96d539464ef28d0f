import { Hono } from 'hono'
import { tracing } from '../../../packages/otel-edge/src/minimal.ts'
import { routes } from './routes.ts'

const app = new Hono()
app.use(tracing({ serviceName: 'bench', trust: 'all' }))
export default routes(app)

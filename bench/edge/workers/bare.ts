import { Hono } from 'hono'
import { routes } from './routes.ts'

export default routes(new Hono())

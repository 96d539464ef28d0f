import { serve } from '@hono/node-server'
import { createApp } from './app.ts'

const { UPSTREAM = '', TRACED, KEEP_GLOBALS } = process.env
// With its defaults this server replaces the global Request and Response.
const options = {
  fetch: createApp(UPSTREAM, TRACED === 'yes').fetch,
  hostname: '127.0.0.1',
  port: 0,
  overrideGlobalObjects: KEEP_GLOBALS !== 'yes',
}
serve(options, ({ port }) => {
  process.stdout.write(`port ${port}\n`)
})

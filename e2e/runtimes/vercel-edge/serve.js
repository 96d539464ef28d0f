// What Vercel does around the function: the variables and AsyncLocalStorage are globals.
import { AsyncLocalStorage } from 'node:async_hooks'
import { readFileSync } from 'node:fs'
import { EdgeRuntime, runServer } from 'edge-runtime'

const runtime = new EdgeRuntime({
  initialCode: readFileSync('dist/index.js', 'utf8'),
  extend: (context) => Object.assign(context, { AsyncLocalStorage, process: { env: process.env } }),
})
await runServer({ runtime, port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' })

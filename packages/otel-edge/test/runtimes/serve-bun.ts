import { createApp } from './app.ts'

declare const Bun: {
  serve(options: { fetch: unknown; hostname: string; port: number; development: boolean }): {
    readonly port: number
  }
}

const { UPSTREAM = '', TRACED } = process.env
const app = createApp(UPSTREAM, TRACED === 'yes')
const { port } = Bun.serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0, development: false })
process.stdout.write(`port ${port}\n`)

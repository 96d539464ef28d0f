import process from 'node:process'
import { createApp } from './app.ts'

declare const Deno: {
  serve(
    options: { hostname: string; port: number; onListen: (at: { port: number }) => void },
    fetch: unknown,
  ): void
}

const { UPSTREAM = '', TRACED } = process.env
const onListen = ({ port }: { port: number }) => process.stdout.write(`port ${port}\n`)
Deno.serve({ hostname: '127.0.0.1', port: 0, onListen }, createApp(UPSTREAM, TRACED === 'yes').fetch)

import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { type ExpectedSpan, expectTrace, flatten, kindOf, type SpanNode } from '@throughline/otel-testing'
import {
  type Collector,
  type HttpServer,
  startCollector,
  startHttpServer,
} from '@throughline/otel-testing/node'
import { expect } from 'vitest'
import { readRuntimeGuide } from '../../scripts/frameworks/read-guide.ts'
import {
  installApp,
  type ServeCommand,
  type ServedApp,
  type ServeOptions,
  serveApp,
} from '../frameworks/app.ts'

/** An installed app of docs/runtimes.md, with a collector and a service that it calls. */
export interface InstalledApp {
  readonly folder: string
  /** The script `start` of its `package.json`. */
  readonly startScript: string
  readonly collector: Collector
  readonly stock: HttpServer
  /** The headers of the requests that the service has received. */
  readonly received: readonly NodeJS.Dict<string | string[]>[]
  close(): Promise<void>
}

/** Installs the template `e2e/runtimes/<name>` and runs the commands of its guide. */
export async function installRuntime(name: string): Promise<InstalledApp> {
  const received: NodeJS.Dict<string | string[]>[] = []
  const stock = await startHttpServer(({ headers }, response) => {
    received.push(headers)
    response.setHeader('content-type', 'application/json')
    response.end('3')
  })
  const collector = await startCollector()
  const { FRAMEWORKS_FOLDER: parent = '' } = process.env
  const folder = join(parent, name)
  mkdirSync(folder, { recursive: true })
  // Wrangler reads variables of development from here: https://developers.cloudflare.com/workers/local-development/environment-variables/
  const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, STOCK_URL: stock.url }
  const lines = Object.entries(variables).map(([key, value]) => `${key}=${value}\n`)
  writeFileSync(join(folder, '.dev.vars'), lines.join(''))
  const installs = readRuntimeGuide(name).firstTrace.commands.filter((each) => each.startsWith('npm install'))
  await installApp(join(import.meta.dirname, name), folder, installs)
  const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly scripts: { readonly start?: string }
  }
  return {
    folder,
    startScript: scripts.start ?? '',
    collector,
    stock,
    received,
    async close() {
      await stock.close()
      await collector.close()
    },
  }
}

/** Serves an installed app on a free port. */
export function serveRuntime(
  { folder, collector, stock }: InstalledApp,
  command: ServeCommand,
  { env, onLine }: ServeOptions = {},
): Promise<ServedApp> {
  return serveApp(folder, command, {
    collector,
    env: { STOCK_URL: stock.url, ...env },
    ...(onLine && { onLine }),
  })
}

/** Requests a path with the trace context of a page, and returns the body of the response. */
export function get(url: string, path: string, traceparent?: string): Promise<string> {
  const headers = traceparent === undefined ? {} : { traceparent, 'sec-fetch-site': 'same-origin' }
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}${path}`, { headers, agent: false }, (incoming) => {
      let body = ''
      incoming.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      incoming.on('end', () => resolve(body))
    })
    outgoing.on('error', reject).end()
  })
}

/** The tree of a trace. */
export interface ExpectedTrace extends ExpectedSpan {
  readonly isForeign?: boolean
}

/** The spans of a request to a product, as a tree. */
export const PRODUCT: ExpectedSpan = {
  service: 'shop',
  name: 'GET /products/:id',
  kind: 'SERVER',
  status: 'UNSET',
  children: [{ name: 'GET', kind: 'CLIENT', children: [] }],
}

/**
 * Requests a product, and asserts that the trace of the caller is continued by the spans `expected` and by no others, and on
 * the wire to the service that the app calls. Spans with `isForeign` are those of a framework, and may end before their
 * children.
 */
export async function expectOneTrace(
  { collector, received }: InstalledApp,
  ask: (traceparent: string) => Promise<string>,
  { isForeign = false, ...expected }: ExpectedTrace = PRODUCT,
): Promise<SpanNode> {
  const traceId = randomBytes(16).toString('hex')
  const parentSpanId = randomBytes(8).toString('hex')
  expect(await ask(`00-${traceId}-${parentSpanId}-01`)).toContain('3')
  const root = await expectTrace(collector, { ...expected, parentSpanId }, isForeign ? {} : { traceId })
  const client = flatten(root).find((span) => kindOf(span) === 'CLIENT')
  expect(received.at(-1)?.traceparent).toBe(`00-${traceId}-${client?.spanId}-01`)
  return root
}

import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { isRequestTo, type ReceivedSpan, waitForSpans } from '@throughline/otel-testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findRuntimes } from '../../packages/otel-edge/test/runtimes/runtimes.ts'
import type { ServedApp } from '../frameworks/app.ts'
import { expectOneTrace, get, type InstalledApp, installRuntime, serveRuntime } from './runtime-app.ts'

const programs = findRuntimes()

/** How an app is started with another SDK. */
interface OtherSdk {
  /** Default: the script `start`. */
  readonly script?: string
  readonly variables: Record<string, string>
  /** It traces every `fetch`, also where tracing is suppressed. */
  readonly tracesExports?: true
}

const OTHER_SDKS: Readonly<Record<string, OtherSdk>> = {
  node: {
    script: 'node --import ./src/opentelemetry.ts src/index.ts',
    variables: { OTEL_BSP_SCHEDULE_DELAY: '100', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' },
  },
  deno: { variables: { OTEL_DENO: 'true', OTEL_BSP_SCHEDULE_DELAY: '100' }, tracesExports: true },
}

describe.each(['node', 'bun', 'deno', 'vercel-edge'])('the app of the guide on %s', (name) => {
  const program = programs.find((each) => each.name === name)
  if (program && 'missing' in program) {
    console.warn(`${name} is not run: ${program.missing}`)
    test.skip(`${name} is not run: ${program.missing}`, () => {})
    return
  }
  const PATH = [
    ...(program ? [dirname(program.command[0] ?? '')] : []),
    process.env.APP_PATH ?? process.env.PATH,
  ].join(':')
  const lines: string[] = []
  let app: InstalledApp
  let served: ServedApp
  beforeAll(async () => {
    app = await installRuntime(name)
    served = await serve(app.startScript, lines)
  })
  const serve = (script: string, output: string[], env: Record<string, string> = {}) =>
    serveRuntime(app, () => ['sh', '-c', `exec ${script}`], {
      env: { PATH, ...env },
      onLine: (line) => output.push(line),
    })
  afterAll(async () => {
    await served?.stop()
    await app?.close()
  })

  test(`a request on ${name} is one trace with its outgoing request`, async () => {
    await expectOneTrace(app, (traceparent) => get(served.url, '/products/7', traceparent))
    expect(lines.filter((line) => line.includes('throughline:'))).toEqual([])
  })

  test(`exports on ${name} are not traced`, () => {
    const addresses = app.collector.spans().map(({ values }) => String(values['url.full'] ?? ''))
    expect(addresses.filter((address) => address.startsWith(app.collector.url))).toEqual([])
  })

  // Vercel's runtime has no process that ends by a signal.
  if (name !== 'vercel-edge')
    test(`a server on ${name} sends its last spans before it ends`, async () => {
      await get(served.url, '/products/8')
      await served.stop()
      const paths = app.collector.spans().map(({ values }) => values['url.path'])
      expect(paths).toContain('/products/8')
    })

  const other = OTHER_SDKS[name]
  if (other)
    test(`beside another SDK on ${name}, one warning names both`, async () => {
      const output: string[] = []
      const { script = app.startScript, variables } = other
      const beside = await serve(script, output, variables)
      try {
        const traceparent = `00-${randomBytes(16).toString('hex')}-b7ad6b7169203331-01`
        await get(beside.url, '/products/9', traceparent)
        const ofTrace = (span: ReceivedSpan) => traceparent.includes(span.traceId)
        const isOurs = (span: ReceivedSpan) => ofTrace(span) && span.service === 'shop'
        await waitForSpans(app.collector, (span) => ofTrace(span) && span.service !== 'shop')
        const ours = await waitForSpans(app.collector, isOurs, 2)
        expect(ours.map(({ name: each }) => each).sort()).toEqual(['GET', 'GET /products/:id'])
        expect(app.received.at(-1)?.traceparent).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-01$/)
        const exports = app.collector.spans().filter(isRequestTo(app.collector.url))
        if (!other.tracesExports) expect(exports).toEqual([])
        expect(output.filter((line) => line.includes('throughline:'))).toEqual([
          'throughline: another OpenTelemetry SDK traces this process: use either that SDK or tracing(), not both',
        ])
      } finally {
        await beside.stop()
      }
    })
})

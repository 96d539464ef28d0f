import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { type HttpServer, readBody, startHttpServer } from '@throughline/otel-testing/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectOneTrace, type InstalledApp, installRuntime } from './runtime-app.ts'

let app: InstalledApp
let lambda: LambdaRuntime

beforeAll(async () => {
  app = await installRuntime('lambda')
  lambda = await startLambda(app)
})
afterAll(async () => {
  await lambda?.stop()
  await app?.close()
})

test('an invocation is one trace, which the collector has before Lambda freezes the process', async () => {
  for (const id of ['7', '8']) {
    let spansAtResponse = 0
    await expectOneTrace(app, async (traceparent) => {
      const spansBefore = app.collector.spans().length
      const result = await lambda.invoke(eventOf(`/products/${id}`, traceparent))
      spansAtResponse = app.collector.spans().length - spansBefore
      return result
    })
    expect(spansAtResponse).toBe(2)
  }
})

/** An event of a function URL. */
function eventOf(path: string, traceparent: string): object {
  const headers = { host: 'x.example', traceparent, 'sec-fetch-site': 'same-origin' }
  return {
    ...{ version: '2.0', rawPath: path, rawQueryString: '', headers, isBase64Encoded: false },
    requestContext: { domainName: 'x.example', http: { method: 'GET', path } },
  }
}

interface LambdaRuntime {
  /** Thaws the process, and freezes it again when it posts its result. Returns the body of the result. */
  invoke(event: object): Promise<string>
  stop(): Promise<void>
}

/** Starts the function of an app in a process that is frozen between invocations. */
async function startLambda({ folder, collector, stock }: InstalledApp): Promise<LambdaRuntime> {
  let waiting = Promise.withResolvers<ServerResponse>()
  let result = Promise.withResolvers<string>()
  const api: HttpServer = await startHttpServer(async (incoming, response) => {
    if (incoming.method === 'GET') return waiting.resolve(response)
    // Before anything else: whatever the process would still do is too late.
    child.kill('SIGSTOP')
    const { body } = JSON.parse(String(await readBody(incoming))) as { body: string }
    response.writeHead(202).end()
    result.resolve(body)
  })
  const child: ChildProcess = spawn(
    process.execPath,
    [join(import.meta.dirname, 'lambda-bootstrap.mjs'), join(folder, 'dist/index.mjs')],
    {
      env: {
        AWS_LAMBDA_RUNTIME_API: api.url.replace('http://', ''),
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        STOCK_URL: stock.url,
      },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
  return {
    async invoke(event) {
      child.kill('SIGCONT')
      const response = await waiting.promise
      waiting = Promise.withResolvers()
      result = Promise.withResolvers()
      response.setHeader('lambda-runtime-aws-request-id', '1')
      response.end(JSON.stringify(event))
      return result.promise
    },
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      await api.close()
    },
  }
}

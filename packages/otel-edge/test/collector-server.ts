import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody, startCollector } from '@throughline/otel-testing/node'
import type { TestProject } from 'vitest/node'

/** The network of the tests in workerd: a collector, and an origin that the workers fetch from. */
export default async function startCollectorServer(project: TestProject): Promise<() => Promise<void>> {
  const collector = await startCollector({ origin: answerAsOrigin })
  project.provide('collectorUrl' as never, collector.url as never)
  return () => collector.close()
}

/** Below the inbox of a test: `echo`, `redirect/<status>?to=<url>`, `slow/<millis>`, `slow-sized/<millis>`. */
async function answerAsOrigin(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
  const [, , , resource, argument] = pathname.split('/')
  const { method, headers } = request
  const body = await readBody(request)
  switch (resource) {
    case 'echo':
      response.setHeader('content-type', 'application/json')
      return response.end(JSON.stringify({ ...headers, ':method': method, ':body': body.toString() }))
    case 'redirect': {
      const to = searchParams.get('to')
      const location = to === 'self' ? (request.url ?? '') : to
      return response.writeHead(Number(argument), location === null ? {} : { location }).end('moved')
    }
    case 'slow':
    case 'slow-sized':
      if (resource === 'slow-sized') response.setHeader('content-length', 9)
      response.write('first')
      return setTimeout(() => response.end('last'), Number(argument))
    default:
      return response.writeHead(404).end()
  }
}

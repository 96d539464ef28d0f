import { request } from 'node:http'
import { join } from 'node:path'
import { type Collector, startCollector } from '@throughline/otel-testing/node'
import { type ServedWorker, serveWorker } from '@throughline/otel-testing/workers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PARENT_ID, type Step, TRACE_ID, W3C_SUITE } from './w3c-suite.ts'

let worker: ServedWorker
// The server that the worker calls, and the collector.
let callee: Collector
let calls: string[][] = []

beforeAll(async () => {
  callee = await startCollector({
    origin: (incoming, response) => {
      incoming.resume()
      if (incoming.url === '/called') calls.push(incoming.rawHeaders)
      response.end()
    },
  })
  worker = await serveWorker(join(import.meta.dirname, 'forwarding-worker.ts'), {
    bindings: { OTEL_EXPORTER_OTLP_ENDPOINT: callee.url },
  })
})
afterAll(async () => {
  worker?.stop()
  await callee?.close()
})

/** Sends a request with these headers unchanged, and returns the headers of the worker's calls. */
async function send({ headers, calls: count = 1 }: Step): Promise<string[][]> {
  calls = []
  const body = JSON.stringify(Array(count).fill({ url: `${callee.url}/called`, arguments: [] }))
  await new Promise<void>((resolve, reject) => {
    const outgoing = request(
      {
        port: worker.port,
        host: '127.0.0.1',
        path: '/test',
        method: 'POST',
        agent: false,
        headers: ['host', 'x', 'content-length', String(body.length), ...headers.flat()],
      },
      (response) => response.resume().on('end', resolve),
    )
    outgoing.on('error', reject).end(body)
  })
  return calls
}

function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  return rawHeaders.filter((_, index) => rawHeaders[index - 1]?.toLowerCase() === name && index % 2 === 1)
}

describe('the W3C’s conformance suite, strict, level 2', () => {
  test.each(Object.entries(W3C_SUITE))('a worker passes %s', async (_, steps) => {
    for (const step of steps) {
      const sent = await send(step)
      const about = JSON.stringify(step.headers)
      expect(sent, about).toHaveLength(step.calls ?? 1)
      const parents = new Set<string>()
      for (const headers of sent) {
        const [traceparent = '', ...others] = valuesOf(headers, 'traceparent')
        expect(others, about).toEqual([])
        const match = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-(0[0-3])$/.exec(traceparent)
        expect(match, `${about} → ${traceparent}`).not.toBeNull()
        const [, traceId = '', parentId = '', flags] = match ?? []
        expect(traceId === TRACE_ID, about).toBe(step.trace === 'same')
        expect(parentId, about).not.toBe(PARENT_ID)
        if (step.flags !== undefined) expect(flags, about).toBe(step.flags)
        expect(valuesOf(headers, 'tracestate'), about).toEqual(
          step.tracestate === undefined ? [] : [step.tracestate],
        )
        parents.add(parentId)
      }
      expect(parents.size, about).toBe(sent.length)
    }
  })
})

import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ServedWorker, serveWorker } from './serve-worker.ts'
import { PARENT_ID, type Step, TRACE_ID, W3C_SUITE } from './w3c-suite.ts'

let worker: ServedWorker
let callee: Server
let calls: string[][] = []

beforeAll(async () => {
  callee = createServer((incoming, response) => {
    incoming.resume()
    if (incoming.url === '/called') calls.push(incoming.rawHeaders)
    response.end()
  })
  await new Promise<void>((resolve) => callee.listen(0, '127.0.0.1', resolve))
  worker = await serveWorker('forwarding-worker', {
    OTEL_EXPORTER_OTLP_ENDPOINT: calleeUrl(),
  })
})
afterAll(() => {
  worker?.stop()
  callee?.close()
})

const calleeUrl = () => `http://127.0.0.1:${(callee.address() as AddressInfo).port}`

/** Has the worker make its calls, with these headers as they stand, and gives the headers of what it sent. */
async function send({ headers, calls: count = 1 }: Step): Promise<string[][]> {
  calls = []
  const body = JSON.stringify(Array(count).fill({ url: `${calleeUrl()}/called`, arguments: [] }))
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
  test.each(Object.entries(W3C_SUITE))('%s', async (_, steps) => {
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

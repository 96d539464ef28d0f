import type { TraceRequest } from '@throughline/otel-shared'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fetchTrace } from '../trace.ts'
import { untilQueueIsEmpty } from './queue.ts'
import { deliver, newTraceId, requestOf } from './requests.ts'
import { type RunningMachine, startProduction } from './start-production.ts'

/** Batches of all clients. The crash comes when a part of them is acknowledged. */
const BATCHES = 120
const CLIENTS = 8
const SPANS = 20

let machine: RunningMachine
beforeAll(async () => {
  machine = await startProduction()
})
afterAll(() => machine?.stop())

test('the Collector is killed: its clients retry, and every span is stored once', async () => {
  const load = startLoad('killed-collector')
  await load.acknowledged(BATCHES / 3)
  await machine.collector.kill()
  await machine.startCollector()
  await expectStoredOnce(await load.traces)
})

test('Jaeger is killed: what was acknowledged waits in the queue, and is stored once', async () => {
  const load = startLoad('killed-jaeger')
  await load.acknowledged(BATCHES / 3)
  await machine.jaeger.kill()
  // The Collector acknowledges without Jaeger.
  const traces = await load.traces
  await machine.startJaeger()
  await expectStoredOnce(traces)
})

test('both are killed while spans wait in the queue: the new processes store them', async () => {
  await machine.jaeger.kill()
  const traces = await startLoad('killed-both').traces
  await machine.collector.kill()
  await machine.startCollector()
  await machine.startJaeger()
  await expectStoredOnce(traces)
})

test('Jaeger is killed while it stores: what it had acknowledged is there afterwards', async () => {
  const traces = await startLoad('stored-before').traces
  await untilQueueIsEmpty(machine)
  await machine.jaeger.kill()
  await machine.startJaeger()
  await expectStoredOnce(traces)
})

/** Several clients send batches of a trace each, one after the other, and retry what is not acknowledged. */
function startLoad(service: string) {
  const traces: string[] = []
  const waiting = Array.from({ length: BATCHES }, () => batchOf(service))
  let reach = (_count: number) => {}
  const client = async () => {
    for (let batch = waiting.pop(); batch; batch = waiting.pop()) {
      await deliver(machine.otlpUrl, batch.request)
      traces.push(batch.traceId)
      reach(traces.length)
    }
  }
  const all = Promise.all(Array.from({ length: CLIENTS }, client))
  return {
    acknowledged: (count: number) =>
      new Promise<void>((resolve) => {
        reach = (reached) => reached >= count && resolve()
      }),
    traces: all.then(() => traces),
  }
}

function batchOf(service: string): { traceId: string; request: TraceRequest } {
  const traceId = newTraceId()
  const spans = Array.from({ length: SPANS }, (_, index) => ({ traceId, name: `span ${index}` }))
  return { traceId, request: requestOf(service, spans) }
}

/** Waits until the queue is empty, and asserts that Jaeger has each span of the traces exactly once. */
async function expectStoredOnce(traces: readonly string[]): Promise<void> {
  expect(traces).toHaveLength(BATCHES)
  await untilQueueIsEmpty(machine)
  const counts = await Promise.all(
    traces.map(async (traceId) => {
      const spans = await fetchTrace(machine.uiUrl, traceId)
      return [spans.length, new Set(spans.map(({ spanId }) => spanId)).size]
    }),
  )
  expect(counts).toEqual(traces.map(() => [SPANS, SPANS]))
}

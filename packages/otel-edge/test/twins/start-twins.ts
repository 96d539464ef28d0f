import { join } from 'node:path'
import { startCollector } from '@throughline/otel-testing/node'
import { startWorkers } from '@throughline/otel-testing/workers'
import type { WorkerHandle } from 'wrangler'
import type { Seen } from './describe.ts'
import { answerAsOrigin } from './origin.ts'

/** The same worker, bare and traced: with all recorded, with nothing sampled but kept errors, and switched off. */
export type Side = 'bare' | 'traced' | 'unsampled' | 'disabled'

const VARS: Readonly<Record<Side, Readonly<Record<string, string>>>> = {
  bare: { SIDE: 'A', OTEL_TRACES_SAMPLER: 'always_on', OTEL_SDK_DISABLED: 'false' },
  traced: { SIDE: 'B', OTEL_TRACES_SAMPLER: 'always_on', OTEL_SDK_DISABLED: 'false' },
  unsampled: { SIDE: 'C', OTEL_TRACES_SAMPLER: 'always_off', OTEL_SDK_DISABLED: 'false' },
  disabled: { SIDE: 'D', OTEL_TRACES_SAMPLER: 'always_on', OTEL_SDK_DISABLED: 'true' },
}

const SIDES = Object.keys(VARS) as Side[]

/** The context of a caller, which the twins propagate in some cases. */
const CALLER = {
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'vendor=1',
  baggage: 'user=7',
}

/** The twins in one runtime, and the origin that all of them fetch from. */
export interface Twins {
  worker(side: Side): WorkerHandle<{ readonly OBJECT: DurableObjectNamespace }>
  /** How many batches of spans have arrived. */
  posts(): number
  /** Runs these cases in one event in a place of one twin, and returns their results. */
  seenBy(side: Side, place: string, titles: readonly string[]): Promise<Record<string, Seen>>
  stop(): Promise<void>
}

export async function startTwins(): Promise<Twins> {
  const origin = await startCollector({ origin: answerAsOrigin })
  const workers = await startWorkers({
    root: join(import.meta.dirname, '../..'),
    workers: SIDES.map((side) => ({ config: configOf(side, origin.url) })),
  })
  return {
    worker: (side) => workers.getWorker(side),
    posts: () => origin.exports.length,
    async seenBy(side, place, titles) {
      const init = { method: 'POST', headers: CALLER, body: JSON.stringify(titles) }
      const response = await workers.getWorker(side).fetch(place, init as never)
      return JSON.parse(normalize(await response.text())) as Record<string, Seen>
    },
    async stop() {
      await workers.stop()
      await origin.close()
    },
  }
}

function configOf(side: Side, url: string) {
  const objects = [
    { name: 'OBJECT', class_name: 'TwinObject' },
    { name: 'PLAIN_OBJECT', class_name: 'TwinObject' },
    { name: 'BROKEN', class_name: 'TwinBroken' },
  ]
  return {
    name: side,
    main: side === 'bare' ? 'test/twins/bare.ts' : 'test/twins/traced.ts',
    compatibility_flags: ['nodejs_compat'],
    vars: {
      ORIGIN: url,
      TEXT: 'a text',
      JSON: { a: [1] },
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      ...VARS[side],
    },
    services: [
      { binding: 'SERVICE', service: side, entrypoint: 'TwinEntrypoint' },
      { binding: 'PLAIN_SERVICE', service: side, entrypoint: 'TwinEntrypoint' },
      { binding: 'SELF', service: side },
    ],
    kv_namespaces: [{ binding: 'KV', id: `kv-${side}` }],
    d1_databases: [{ binding: 'DB', database_name: `db-${side}`, database_id: `db-${side}` }],
    r2_buckets: [{ binding: 'FILES', bucket_name: `files-${side}` }],
    queues: {
      producers: [
        { binding: 'QUEUE', queue: `queue-${side}` },
        { binding: 'PLAIN_QUEUE', queue: `plain-${side}` },
      ],
      consumers: [`queue-${side}`, `plain-${side}`].map((queue) => ({ queue, max_batch_timeout: 0 })),
    },
    durable_objects: { bindings: objects },
    migrations: [{ tag: 'v1', new_sqlite_classes: ['TwinObject', 'TwinBroken'] }],
    workflows: [{ name: `flow-${side}`, binding: 'FLOW', class_name: 'TwinFlow' }],
    hyperdrive: [
      { binding: 'HYPER', id: 'hyper', localConnectionString: 'postgres://user:secret@127.0.0.1:5432/shop' },
    ],
    analytics_engine_datasets: [{ binding: 'EVENTS', dataset: `events_${side}` }],
    ratelimits: [{ name: 'LIMIT', namespace_id: '1', simple: { limit: 1_000, period: 60 as const } }],
  }
}

/** Data that differs from run to run, or by the name of the twin only. */
export function normalize(text: string): string {
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UUID')
    .replace(/\b[0-9a-f]{64}\b/g, 'ID')
    .replace(/(boundary=|--)[0-9a-f]{18,32}/g, '$1BOUNDARY')
    .replace(/("(?:backlog\w+|expiration)":)\d+/g, '$1"number"')
    .replace(/\b20\d\d-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/127\.0\.0\.1:\d+/g, 'ORIGIN')
    .replace(/\b(?:bare|traced|unsampled|disabled)\b/g, 'SIDE')
}

import {
  ATTR_DB_NAMESPACE,
  ATTR_DB_OPERATION_BATCH_SIZE,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_QUERY_SUMMARY,
  ATTR_DB_QUERY_TEXT,
  ATTR_DB_SYSTEM_NAME,
} from '@opentelemetry/semantic-conventions'
import { redactSql } from '@throughline/otel-shared'
import { PRODUCER } from './api-constants.ts'
import { type ClientSpan, withClientSpan } from './client-span.ts'
import { querySummary } from './query-summary.ts'
import { envelop } from './queue-envelope.ts'
import {
  ATTR_GEN_AI_PROVIDER_NAME,
  ATTR_GEN_AI_REQUEST_MODEL,
  ATTR_MESSAGING_BATCH_MESSAGE_COUNT,
  ATTR_MESSAGING_DESTINATION_NAME,
  ATTR_MESSAGING_OPERATION_NAME,
  ATTR_MESSAGING_OPERATION_TYPE,
  ATTR_MESSAGING_SYSTEM,
} from './semconv.ts'
import type { BindingTable } from './wrap-binding.ts'
import type { Bound, Kind } from './wrap-object.ts'

/** Spans of a store's methods: `get CART`. Keys and values are never recorded. */
function store(system: string, methods: readonly string[], more: Kind['spans'] = {}): Kind {
  const spans: Record<string, NonNullable<Kind['spans']>[string]> = {}
  for (const method of methods) {
    spans[method] = ({ name }) => ({
      name: `${method} ${name}`,
      attributes: {
        [ATTR_DB_SYSTEM_NAME]: system,
        [ATTR_DB_OPERATION_NAME]: method,
        [ATTR_DB_NAMESPACE]: name,
      },
    })
  }
  return { spans: { ...spans, ...more } }
}

/** The span of an SQL statement, named by its summary; literals are taken out, parameters never put in. */
function query(system: string, sql: string): (bound: Bound) => ClientSpan {
  const summary = querySummary(sql)
  return ({ name }) => ({
    name: summary || name,
    attributes: {
      [ATTR_DB_SYSTEM_NAME]: system,
      [ATTR_DB_NAMESPACE]: name,
      [ATTR_DB_QUERY_TEXT]: redactSql(sql),
      [ATTR_DB_QUERY_SUMMARY]: summary,
      [ATTR_DB_OPERATION_NAME]: summary.split(' ', 1)[0],
    },
  })
}

const D1 = 'cloudflare-d1'

function statement(sql: string): Kind {
  const span = query(D1, sql)
  return { spans: { run: span, all: span, first: span, raw: span }, gives: { bind: () => statement(sql) } }
}

const database: Kind = {
  spans: {
    batch: ({ name }, [statements]) => ({
      name: `BATCH ${name}`,
      attributes: {
        [ATTR_DB_SYSTEM_NAME]: D1,
        [ATTR_DB_NAMESPACE]: name,
        [ATTR_DB_OPERATION_NAME]: 'BATCH',
        [ATTR_DB_OPERATION_BATCH_SIZE]: Array.isArray(statements) ? statements.length : 0,
      },
    }),
    exec: (bound, [sql]) => query(D1, String(sql))(bound),
  },
  gives: { prepare: ([sql]) => statement(String(sql)), withSession: () => database },
}

/** Content types whose bodies may be an envelope; of the others the runtime takes text or bytes and nothing else. */
const HOLDS_OBJECTS: ReadonlySet<QueueContentType> = new Set(['json', 'v8'])

const queue: Kind = {
  replaces(target, method, { name, sdk }) {
    if (method !== 'send' && method !== 'sendBatch') return undefined
    const binding = target as Queue
    const destination = name.toLowerCase()
    const isOurs = sdk.options.queues?.includes(name) ?? false
    const wrapBody = (body: unknown, contentType: QueueContentType = 'json') =>
      isOurs && HOLDS_OBJECTS.has(contentType) ? envelop(body, sdk.propagator) : body
    return (payload: unknown, options?: QueueSendOptions) => {
      const messages = method === 'sendBatch' ? [...(payload as Iterable<MessageSendRequest>)] : undefined
      const describe = () => ({
        name: `send ${destination}`,
        kind: PRODUCER,
        attributes: {
          [ATTR_MESSAGING_SYSTEM]: 'cloudflare_queues',
          [ATTR_MESSAGING_DESTINATION_NAME]: destination,
          [ATTR_MESSAGING_OPERATION_NAME]: method,
          [ATTR_MESSAGING_OPERATION_TYPE]: 'send',
          ...(messages ? { [ATTR_MESSAGING_BATCH_MESSAGE_COUNT]: messages.length } : {}),
        },
      })
      return withClientSpan(describe, () =>
        messages
          ? binding.sendBatch(
              messages.map((message) => ({
                ...message,
                body: wrapBody(message.body, message.contentType),
              })),
              options,
            )
          : binding.send(wrapBody(payload, options?.contentType), options),
      )
    }
  },
}

/** The object of an upload in parts has no name of its own; it is the bucket's. */
const upload = store('cloudflare-r2', ['uploadPart', 'complete', 'abort'])
const bucket: Kind = {
  ...store('cloudflare-r2', ['head', 'get', 'put', 'delete', 'list', 'createMultipartUpload']),
  gives: { createMultipartUpload: () => upload, resumeMultipartUpload: () => upload },
}

/** A method of a binding that is no store: `limit LOGIN`. */
const call = (method: string): Kind => ({
  spans: { [method]: ({ name }) => ({ name: `${method} ${name}`, attributes: {} }) },
})

const vectors = store('cloudflare-vectorize', [
  'query',
  'queryById',
  'insert',
  'upsert',
  'getByIds',
  'deleteByIds',
  'describe',
])

const ai: Kind = {
  spans: {
    run: (_, [model]) => ({
      name: `run ${model}`,
      attributes: {
        [ATTR_GEN_AI_PROVIDER_NAME]: 'cloudflare.workers_ai',
        [ATTR_GEN_AI_REQUEST_MODEL]: String(model),
      },
    }),
  },
}

const workflow: Kind = {
  replaces(target, method, { name, sdk }) {
    if (method !== 'create' && method !== 'createBatch') return undefined
    const binding = target as Workflow
    const carrying = (options: WorkflowInstanceCreateOptions = {}) =>
      sdk.options.rpc?.includes(name)
        ? { ...options, params: envelop(options.params, sdk.propagator) }
        : options
    const describe = () => ({ name: `${method} ${name}`, attributes: {} })
    return method === 'create'
      ? (options?: WorkflowInstanceCreateOptions) =>
          withClientSpan(describe, () => binding.create(carrying(options)))
      : (batch: readonly WorkflowInstanceCreateOptions[]) =>
          withClientSpan(describe, () => binding.createBatch(batch.map(carrying)))
  },
}

/** Bindings by the name of their class in the runtime. */
const KINDS: Readonly<Record<string, Kind>> = {
  WorkerQueue: queue,
  KvNamespace: store('cloudflare-kv', ['get', 'getWithMetadata', 'put', 'delete', 'list']),
  R2Bucket: bucket,
  Hyperdrive: call('connect'),
}

/** Bindings that are known better by their methods: their class is made in JavaScript, or named differently by place. */
const SHAPES: readonly (readonly [methods: readonly string[], kind: Kind])[] = [
  [['queryById', 'upsert', 'deleteByIds'], vectors],
  [['run', 'toMarkdown'], ai],
  [['limit'], call('limit')],
  [['writeDataPoint'], call('writeDataPoint')],
  [['create', 'createBatch'], workflow],
  [['prepare', 'batch', 'withSession'], database],
]

/** A Durable Object's storage, under the name of its class. */
export const DURABLE_STORAGE: Kind = {
  ...store('cloudflare-durable-object', [
    'get',
    'put',
    'delete',
    'list',
    'deleteAll',
    'transaction',
    'setAlarm',
    'deleteAlarm',
  ]),
  holds: {
    sql: { spans: { exec: (bound, [sql]) => query('cloudflare-durable-object', String(sql))(bound) } },
  },
}

const cache = store('cloudflare-cache', ['match', 'put', 'delete'])

/** Every binding that is not another worker, and the global `caches`. */
export const ALL_BINDINGS: BindingTable = {
  kinds: KINDS,
  shapes: SHAPES,
  caches: { gives: { open: () => cache }, holds: { default: cache } },
}

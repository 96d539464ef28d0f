import type { Attributes, SpanKind } from '@opentelemetry/api'
import {
  ATTR_DB_NAMESPACE,
  ATTR_DB_OPERATION_BATCH_SIZE,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_QUERY_SUMMARY,
  ATTR_DB_QUERY_TEXT,
  ATTR_DB_SYSTEM_NAME,
} from '@opentelemetry/semantic-conventions'
import { redactSql, setSpan } from '@throughline/otel-shared'
import { CLIENT, PRODUCER } from './api-constants.ts'
import { activeContext, withContext } from './context.ts'
import { getInvocation } from './invocation.ts'
import { sendTraced } from './outgoing-fetch.ts'
import { querySummary } from './query-summary.ts'
import { envelop } from './queue-envelope.ts'
import { recordError } from './record-error.ts'
import { callRemote } from './rpc.ts'
import { EDGE_SCOPE } from './scope.ts'
import type { Sdk } from './sdk.ts'
import {
  ATTR_MESSAGING_BATCH_MESSAGE_COUNT,
  ATTR_MESSAGING_DESTINATION_NAME,
  ATTR_MESSAGING_OPERATION_NAME,
  ATTR_MESSAGING_OPERATION_TYPE,
  ATTR_MESSAGING_SYSTEM,
} from './semconv.ts'
import { startSpan } from './tracer.ts'
import { remember, unwrap } from './wrapped.ts'

/** A binding as the environment names it. */
interface Bound {
  readonly name: string
  readonly sdk: Sdk
}

/** What one kind of object does: which methods are spans, and which give back objects that have spans of their own. */
interface Kind {
  readonly spans?: Readonly<Record<string, SpanOf>>
  readonly gives?: Readonly<Record<string, (args: readonly unknown[], given: object, bound: Bound) => Kind>>
  /** Methods replaced whole, for what carries the context on. */
  readonly replaces?: (
    target: object,
    method: string,
    bound: Bound,
  ) => ((...args: never[]) => unknown) | undefined
}

type SpanOf = (
  bound: Bound,
  args: readonly unknown[],
) => { name: string; kind?: SpanKind; attributes: Attributes }

/** Wraps a binding so that its calls are spans; what is no binding is given back as it is. */
export function wrapBinding(value: object, name: string, sdk: Sdk): unknown {
  const kind = KINDS[value.constructor?.name ?? '']
  return kind ? wrap(value, kind, { name, sdk }) : value
}

function wrap<Target extends object>(target: Target, kind: Kind, bound: Bound): Target {
  const methods = new Map<string | symbol, unknown>()
  const proxy = new Proxy(target, {
    get(_, key) {
      const known = methods.get(key)
      if (known !== undefined) return known
      // The runtime's objects check their receiver, so they get themselves, never the proxy.
      const value: unknown = Reflect.get(target, key, target)
      if (typeof value !== 'function' || typeof key === 'symbol') return value
      const method = kind.replaces?.(target, key, bound) ?? traced(target, key, value, kind, bound)
      methods.set(key, method)
      return method
    },
  })
  return remember(proxy, target)
}

function traced(target: object, key: string, method: unknown, kind: Kind, bound: Bound): unknown {
  const spanOf = kind.spans?.[key]
  const given = kind.gives?.[key]
  return (...wrappedArgs: unknown[]) => {
    const args = wrappedArgs.map(unwrap)
    const call = () => Reflect.apply(method as () => unknown, target, args)
    if (given) {
      const value: unknown = call()
      return typeof value === 'object' && value !== null
        ? wrap(value, given(args, value, bound), bound)
        : value
    }
    return spanOf ? withClientSpan(() => spanOf(bound, args), call) : call()
  }
}

/** A span from the call until what it returned has settled. The caller gets the very value the call returned. */
export function withClientSpan<Result>(
  spanOf: () => { name: string; kind?: SpanKind; attributes: Attributes },
  call: () => Result,
): Result {
  const context = activeContext()
  const invocation = getInvocation(context)
  if (!invocation) return call()
  const { name, kind = CLIENT, attributes } = spanOf()
  const span = startSpan(invocation, EDGE_SCOPE, name, { kind, attributes }, context)
  const fail = (error: unknown) => {
    recordError(span, error)
    span.end()
  }
  try {
    const result = withContext(setSpan(context, span), call)
    if (isThenable(result)) result.then(() => span.end(), fail)
    else span.end()
    return result
  } catch (error) {
    fail(error)
    throw error
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (typeof value === 'object' || typeof value === 'function') && value !== null && 'then' in value
}

const store =
  (system: string, operation: string): SpanOf =>
  ({ name }) => ({
    name: `${operation} ${name}`,
    attributes: {
      [ATTR_DB_SYSTEM_NAME]: system,
      [ATTR_DB_OPERATION_NAME]: operation,
      [ATTR_DB_NAMESPACE]: name,
    },
  })

const stores = (system: string, operations: readonly string[]): Record<string, SpanOf> =>
  Object.fromEntries(operations.map((operation) => [operation, store(system, operation)]))

const D1 = 'cloudflare-d1'

function statement(sql: string): Kind {
  const summary = querySummary(sql)
  const spanOf: SpanOf = ({ name }) => ({
    name: summary || name,
    attributes: {
      [ATTR_DB_SYSTEM_NAME]: D1,
      [ATTR_DB_NAMESPACE]: name,
      [ATTR_DB_QUERY_TEXT]: redactSql(sql),
      [ATTR_DB_QUERY_SUMMARY]: summary,
      [ATTR_DB_OPERATION_NAME]: summary.split(' ', 1)[0],
    },
  })
  return {
    spans: { run: spanOf, all: spanOf, first: spanOf, raw: spanOf },
    gives: { bind: () => statement(sql) },
  }
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
    exec: ({ name }, [sql]) => {
      const summary = querySummary(String(sql))
      return {
        name: summary || `exec ${name}`,
        attributes: {
          [ATTR_DB_SYSTEM_NAME]: D1,
          [ATTR_DB_NAMESPACE]: name,
          [ATTR_DB_QUERY_TEXT]: redactSql(String(sql)),
          [ATTR_DB_QUERY_SUMMARY]: summary,
        },
      }
    },
  },
  gives: { prepare: ([sql]) => statement(String(sql)), withSession: () => database },
}

const queue: Kind = {
  replaces(target, method, bound) {
    if (method !== 'send' && method !== 'sendBatch') return undefined
    const binding = target as Queue
    const destination = bound.name.toLowerCase()
    const isOurs = bound.sdk.options.queues?.includes(bound.name) ?? false
    const wrapBody = (body: unknown) => (isOurs ? envelop(body, bound.sdk.propagator) : body)
    return (payload: unknown, options: never) => {
      const messages = method === 'sendBatch' ? [...(payload as Iterable<MessageSendRequest>)] : undefined
      const spanOf = () => ({
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
      return withClientSpan(spanOf, () =>
        messages
          ? binding.sendBatch(
              messages.map((message) => ({ ...message, body: wrapBody(message.body) })),
              options,
            )
          : binding.send(wrapBody(payload), options),
      )
    }
  },
}

/** Service bindings and Durable Object stubs: `fetch` carries the context in headers, other methods are RPC. */
const service: Kind = {
  replaces(target, method, bound) {
    if (method === 'connect' || method === 'dup' || method === 'scheduled' || method === 'queue')
      return undefined
    if (method !== 'fetch') return callRemote(target, method, bound.name, bound.sdk)
    const fetcher = target as Fetcher
    return (input: RequestInfo, init?: RequestInit) => {
      const context = activeContext()
      const invocation = getInvocation(context)
      if (!invocation) return fetcher.fetch(input, init)
      return sendTraced(invocation, context, bound.name, (request) => fetcher.fetch(request), input, init)
    }
  },
}

const objects: Kind = {
  gives: { get: () => service, getByName: () => service, jurisdiction: () => objects },
}

const KV = 'cloudflare-kv'
const R2 = 'cloudflare-r2'

/** Every binding with spans, by the name of its class in the runtime. */
const KINDS: Readonly<Record<string, Kind>> = {
  Fetcher: service,
  DurableObjectNamespace: objects,
  WorkerQueue: queue,
  D1Database: database,
  KvNamespace: { spans: stores(KV, ['get', 'getWithMetadata', 'put', 'delete', 'list']) },
  R2Bucket: {
    spans: stores(R2, ['head', 'get', 'put', 'delete', 'list', 'createMultipartUpload']),
  },
}

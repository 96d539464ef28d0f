import type { Attributes } from '@opentelemetry/api'
import { ATTR_GRAPHQL_OPERATION_NAME, ATTR_GRAPHQL_OPERATION_TYPE } from '../../core/semconv.ts'
import { guarded } from '../../platform/guarded.ts'

const GRAPHQL_URL = /graphql|gql/i
/** Longer bodies are not parsed: it would take more than a millisecond. */
const MAX_BODY = 1e5
/** Matches the start of a document. In an operation without a keyword, a selection follows the brace. */
const DOCUMENT = /^\s*(?:(query|mutation|subscription|fragment)\b[^{]*\{|\{\s*[\w.])/
/** Matches an operation with a name. */
const NAMED = /\b(query|mutation|subscription)\s+(\w+)\s*[({@]/g

interface Operation {
  readonly query?: unknown
  readonly operationName?: unknown
}

/**
 * The operation of a request to a GraphQL address. Only a string body is read. The descriptor does not call a getter, but a
 * proxy of the caller sees that it is read.
 *
 * @see https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters
 */
export function operationOf(url: unknown, init: unknown): Attributes | undefined {
  return typeof url === 'string' && GRAPHQL_URL.test(url)
    ? guarded(() => operationInBody(Object.getOwnPropertyDescriptor(Object(init), 'body')?.value))
    : undefined
}

/** The operation of a POST. Batches have none. */
export function operationInBody(body: unknown): Attributes | undefined {
  return typeof body === 'string' && body.length < MAX_BODY && /^\s*\{.*"(query|operationName)"/s.test(body)
    ? toOperation(JSON.parse(body))
    : undefined
}

/** The operation of a GET. */
export function operationInUrl(url: string): Attributes | undefined {
  return /query=|operationName=/.test(url)
    ? toOperation(Object.fromEntries(new URL(url).searchParams))
    : undefined
}

/** Persisted operations have a name without a document. */
function toOperation({ query, operationName }: Operation): Attributes | undefined {
  const text = String(query ?? '').replace(/#.*/g, '')
  const start = DOCUMENT.exec(text)
  if (text && !start) return undefined
  const named = [...text.matchAll(NAMED)].find(([, , name]) => !operationName || name === operationName)
  const name = String(named?.[2] ?? operationName ?? '')
  return {
    [ATTR_GRAPHQL_OPERATION_NAME]: /^\w{1,99}$/.test(name) ? name : undefined,
    [ATTR_GRAPHQL_OPERATION_TYPE]: named?.[1] ?? (start ? (start[1] ?? 'query') : undefined),
  }
}

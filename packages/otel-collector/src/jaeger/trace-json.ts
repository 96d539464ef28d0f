import type { OtlpScope } from '@throughline/otel-shared'
import { parseSpan, type SpanRow, type TraceReader } from '../store/read/trace-reader.ts'
import { type LegacyProcess, toLegacyProcess, toLegacySpan } from './legacy-trace.ts'

/** The store methods that the JSON of a trace is built from. */
type Source = Pick<TraceReader, 'spanRows' | 'spanJson' | 'resource' | 'scope'>

/**
 * The `ResourceSpans` of a trace as elements of a JSON array, in pieces of about one span. Each span is read when its
 * piece is requested, so that neither memory nor a transaction holds the whole trace.
 */
export function* otlpTraceJson(rows: readonly SpanRow[], source: Source): Generator<string> {
  let separator = ''
  for (const ofResource of Map.groupBy(rows, ({ resourceId }) => resourceId).values()) {
    const [first] = ofResource
    if (!first) continue
    const { resource, schemaUrl } = source.resource(first)
    yield `${separator}{"resource":${JSON.stringify(resource)},"scopeSpans":[`
    separator = ''
    for (const ofScope of Map.groupBy(ofResource, ({ scopeId }) => scopeId).values()) {
      const [first] = ofScope
      if (!first) continue
      const { scope, schemaUrl } = source.scope(first)
      yield `${separator}{"scope":${JSON.stringify(scope)},"spans":[`
      yield* list(ofScope, (row) => source.spanJson(row))
      yield `]${schemaUrlField(schemaUrl)}}`
      separator = ','
    }
    yield `]${schemaUrlField(schemaUrl)}}`
    separator = ','
  }
}

/** A trace in the JSON of Jaeger's legacy API, in pieces of about a span. */
export function* legacyTraceJson(
  traceId: string,
  rows: readonly SpanRow[],
  source: Source,
): Generator<string> {
  const processIds = new Map<number, string>()
  const processes: Record<string, LegacyProcess> = {}
  // Cached, since consecutive spans mostly have the same scope.
  let last: { readonly id: number; readonly scope: OtlpScope } | undefined
  const scopeOf = (row: SpanRow): OtlpScope => {
    if (last?.id !== row.scopeId) last = { id: row.scopeId, scope: source.scope(row).scope }
    return last.scope
  }
  const processIdOf = (row: SpanRow): string => {
    const known = processIds.get(row.resourceId)
    if (known !== undefined) return known
    const id = `p${processIds.size + 1}`
    processIds.set(row.resourceId, id)
    processes[id] = toLegacyProcess(source.resource(row).resource)
    return id
  }
  yield `{"traceID":${JSON.stringify(traceId)},"spans":[`
  yield* list(rows, (row) => {
    const json = source.spanJson(row)
    if (json === undefined) return undefined
    return JSON.stringify(toLegacySpan(parseSpan(json), scopeOf(row), processIdOf(row)))
  })
  yield `],"processes":${JSON.stringify(processes)},"warnings":null}`
}

/** The elements of a JSON array. Elements for which `toJson` returns `undefined` are omitted. */
function* list<Element>(
  elements: Iterable<Element>,
  toJson: (element: Element) => string | undefined,
): Generator<string> {
  let separator = ''
  for (const element of elements) {
    const json = toJson(element)
    if (json === undefined) continue
    yield separator + json
    separator = ','
  }
}

function schemaUrlField(schemaUrl: string | undefined): string {
  return schemaUrl === undefined ? '' : `,"schemaUrl":${JSON.stringify(schemaUrl)}`
}

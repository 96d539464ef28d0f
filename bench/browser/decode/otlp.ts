import { get, getList, getText, type Json, type SeenSpan } from './seen-span.ts'

/** OTLP/JSON traces: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
export function decodeOtlp(body: string): SeenSpan[] {
  return spansOf(JSON.parse(body) as Json)
}

/** Faro's own envelope with OTLP/JSON inside. */
export function decodeFaro(body: string): SeenSpan[] {
  return spansOf(get(JSON.parse(body) as Json, 'traces'))
}

function spansOf(request: Json | undefined): SeenSpan[] {
  return getList(request, 'resourceSpans')
    .flatMap((resource) => getList(resource, 'scopeSpans'))
    .flatMap((scope) => getList(scope, 'spans'))
    .map(toSeenSpan)
}

function toSeenSpan(span: Json): SeenSpan {
  const parentId = getText(span, 'parentSpanId') ?? ''
  const actionName = getText(attribute(span, 'faro.action.user.name'), 'stringValue')
  return {
    spanId: getText(span, 'spanId') ?? '',
    parentIds: parentId === '' ? [] : [parentId],
    name: getText(span, 'name') ?? '',
    startMillis: Number(get(span, 'startTimeUnixNano') ?? 0) / 1e6,
    ...(actionName === undefined ? {} : { actionName }),
  }
}

function attribute(span: Json, key: string): Json | undefined {
  return get(
    getList(span, 'attributes').find((entry) => getText(entry, 'key') === key),
    'value',
  )
}

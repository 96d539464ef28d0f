import { get, getList, getText, type Json, parseLines, type SeenSpan } from './seen-span.ts'

/**
 * Sentry's envelopes, lines of JSON: streamed spans in items of their own, or a transaction with its spans.
 * https://develop.sentry.dev/sdk/foundations/envelopes/
 */
export function decodeSentry(body: string): SeenSpan[] {
  return parseLines(body).flatMap((line) => {
    const trace = get(line, 'contexts', 'trace')
    const transaction = get(line, 'type') === 'transaction' ? [{ ...asObject(line), ...asObject(trace) }] : []
    const spans = [...getList(line, 'items'), ...getList(line, 'spans'), ...transaction]
    return spans.filter((span) => getText(span, 'span_id') !== undefined).map(toSeenSpan)
  })
}

function toSeenSpan(span: Json): SeenSpan {
  const parentId = getText(span, 'parent_span_id')
  return {
    spanId: getText(span, 'span_id') ?? '',
    parentIds: parentId === undefined ? [] : [parentId],
    name: getText(span, 'name') ?? getText(span, 'description') ?? getText(span, 'transaction') ?? '',
    startMillis: Number(get(span, 'start_timestamp') ?? 0) * 1_000,
  }
}

function asObject(value: Json | undefined): { readonly [key: string]: Json } {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json })
    : {}
}

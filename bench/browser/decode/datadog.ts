import { get, getText, type Json, parseLines, type SeenSpan } from './seen-span.ts'

/** Datadog's RUM events, lines of JSON: a resource names its span's id and the actions it belongs to. */
export function decodeDatadog(body: string): SeenSpan[] {
  return parseLines(body).flatMap((event): SeenSpan[] => {
    const startMillis = Number(get(event, 'date') ?? 0)
    const actionId = get(event, 'action', 'id')
    if (get(event, 'type') === 'action' && typeof actionId === 'string')
      return [
        {
          spanId: actionId,
          parentIds: [],
          name: getText(event, 'action', 'target', 'name') ?? '',
          startMillis,
        },
      ]
    const spanId = getText(event, '_dd', 'span_id')
    if (get(event, 'type') !== 'resource' || spanId === undefined) return []
    return [{ spanId: hexOf(spanId), parentIds: listOf(actionId), name: 'resource', startMillis }]
  })
}

function hexOf(decimal: string): string {
  return BigInt(decimal).toString(16).padStart(16, '0')
}

function listOf(value: Json | undefined): string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []
}

import { get, getText, type Json, parseLines, type SeenSpan } from './seen-span.ts'

/** Elastic's RUM intake v2, lines of JSON, each with one `transaction` or `span`. */
export function decodeElastic(body: string): SeenSpan[] {
  return parseLines(body).flatMap((line): SeenSpan[] => {
    const span = get(line, 'transaction') ?? get(line, 'span')
    const spanId = getText(span, 'id')
    if (spanId === undefined) return []
    const parentId = getText(span, 'parent_id') ?? getText(span, 'transaction_id')
    return [
      {
        spanId,
        parentIds: parentId === undefined ? [] : [parentId],
        name: getText(span, 'name') ?? '',
        startMillis: startOf(span),
      },
    ]
  })
}

function startOf(span: Json | undefined): number {
  return Number(get(span, 'timestamp') ?? 0) / 1_000
}

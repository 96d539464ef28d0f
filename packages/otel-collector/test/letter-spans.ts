import type { OtlpSpan, ResourceSpans } from '@throughline/otel-shared'
import { buildTree, type TraceTree } from '../src/viewer/trace/trace-tree.ts'
import { makeRequest, spanAt } from './otlp.ts'

/** Names a span by one letter: its id, its name and its parent's id. */
export function span(
  letter: string,
  parent: string,
  [startMillis, durationMillis]: readonly [startMillis: number, durationMillis: number],
  more: Partial<OtlpSpan> = {},
): OtlpSpan {
  return spanAt(startMillis, durationMillis, {
    spanId: id(letter),
    ...(parent && { parentSpanId: id(parent) }),
    name: letter,
    ...more,
  })
}

/** The span id of a letter. */
export function id(letter: string): string {
  return letter.charCodeAt(0).toString(16).padStart(16, '0')
}

/** The tree of spans of the service `shop`. */
export function treeOf(...spans: readonly OtlpSpan[]): TraceTree {
  return built(makeRequest('shop', spans).resourceSpans)
}

/** The tree of spans that are not empty. */
export function built(resourceSpans: readonly ResourceSpans[]): TraceTree {
  const tree = buildTree(resourceSpans)
  if (!tree) throw new Error('no tree')
  return tree
}

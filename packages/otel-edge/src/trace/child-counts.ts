import type { Span } from '@opentelemetry/api'
import { ATTR_CHILDREN } from '@throughline/otel-shared'
import { setInList } from '../core/attribute-list.ts'
import { EdgeSpan } from './edge-span.ts'

/** By the value of `SpanKind`. */
const KINDS = ['internal', 'server', 'client', 'producer', 'consumer']

/**
 * Counts a child of a local span in an attribute of that span, such as `throughline.children.client`. From it, the doctor and
 * the viewer know which children a trace lacks. A span that has ended is already exported, and stays as it is.
 */
export function countChild(parent: Span | undefined, kind: number): void {
  const record = parent instanceof EdgeSpan && parent.record
  if (!record) return
  record.children ??= []
  const count = (record.children[kind] ?? 0) + 1
  record.children[kind] = count
  setInList(record.attributes, ATTR_CHILDREN + KINDS[kind], count)
}

export { decodeExport, type ExportAnswer, type ExportRequest, textOf } from './collector/export-request.ts'
export { RemoteCollector } from './collector/remote-collector.ts'
export { type ExpectedSpan, type ExpectTraceOptions, expectTrace } from './trace/expect-trace.ts'
export {
  attribute,
  kindOf,
  type ReceivedSpan,
  type SpanKindName,
  type StatusName,
  statusOf,
  toReceivedSpans,
  toValues,
} from './trace/received-span.ts'
export type { SpanSource } from './trace/span-source.ts'
export { flatten, type SpanNode } from './trace/trace-tree.ts'
export {
  isNamed,
  isRequestTo,
  type SpanPredicate,
  waitForSpan,
  waitForSpans,
} from './trace/wait-for-spans.ts'

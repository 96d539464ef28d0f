import { encodeTraceRequestProtobuf } from '@throughline/otel-shared'
import { ALL_BINDINGS } from './bindings.ts'
import { useProtobuf } from './otlp-exporter.ts'
import { useBindings } from './wrap-binding.ts'

/** Brings along what the minimal entry leaves out: every kind of binding, and OTLP as protobuf. */
export function useAllParts(): void {
  useBindings(ALL_BINDINGS)
  useProtobuf(encodeTraceRequestProtobuf)
}

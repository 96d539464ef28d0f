import type { TextMapPropagator } from '@opentelemetry/api'
import type { BindingInstrumentation } from '../bindings/binding-instrumentation.ts'
import type { Sdk } from '../core/sdk.ts'
import type { ProtobufCodec } from '../export/otlp-endpoint.ts'
import type { EdgeOptions } from '../options.ts'

/** The parts of the SDK that differ between the entry points. A part that an entry point omits is not in its bundle. */
export interface Components {
  /** The name of the entry point. Configurations are cached by it. */
  readonly name: 'full' | 'minimal'
  readonly bindings: readonly BindingInstrumentation[]
  /** Replaces the global objects of the runtime other than `fetch`, once per isolate. Default: none. */
  readonly patchGlobals?: (sdk: Sdk) => void
  /** The protocol `http/protobuf`. Default: only `http/json`. */
  readonly protobuf?: ProtobufCodec
  /** Normalizes the options, and may remove invalid values. */
  readonly prepareOptions: (options: EdgeOptions, env: object) => EdgeOptions
  /** Creates the propagator for the value of `OTEL_PROPAGATORS`. */
  readonly createPropagator: (names: readonly string[] | undefined) => TextMapPropagator
}

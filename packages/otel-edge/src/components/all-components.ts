import { ALL_BINDINGS } from '../bindings/kinds/all-bindings.ts'
import { traceCaches } from '../bindings/trace-caches.ts'
import { checkOptions } from '../config/check-options.ts'
import { PROTOBUF_CODEC } from '../export/protobuf-codec.ts'
import { createPropagator } from '../propagation/propagators.ts'
import type { Components } from './components.ts'

/** The components of the main entry point: every binding, every propagator, OTLP as JSON and as protobuf. */
export const ALL_COMPONENTS: Components = {
  name: 'full',
  bindings: ALL_BINDINGS,
  patchGlobals: traceCaches,
  protobuf: PROTOBUF_CODEC,
  prepareOptions: checkOptions,
  createPropagator,
}

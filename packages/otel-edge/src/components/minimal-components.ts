import { REMOTE_BINDINGS } from '../bindings/kinds/remote.ts'
import { normalizeOptions } from '../config/check-origins.ts'
import { warn } from '../platform/otel-api.ts'
import { createW3CPropagator } from '../propagation/w3c-propagator.ts'
import type { Components } from './components.ts'

const W3C_FORMATS = ['tracecontext', 'baggage']

/** The components of the minimal entry point: bindings of other workers, W3C propagation, OTLP as JSON. */
export const MINIMAL_COMPONENTS: Components = {
  name: 'minimal',
  bindings: REMOTE_BINDINGS,
  prepareOptions: normalizeOptions,
  createPropagator(names = W3C_FORMATS) {
    for (const name of names) {
      if (name !== 'none' && !W3C_FORMATS.includes(name))
        warn(`OTEL_PROPAGATORS=${name}: the minimal entry has ${W3C_FORMATS} only`)
    }
    return createW3CPropagator(names)
  },
}

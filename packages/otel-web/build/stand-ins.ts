import type { Plugin } from 'esbuild'

/**
 * Stock modules that a page which is set up by `startTracing` never runs: environment variables, samplers and
 * propagators that ours take the place of, metrics about the SDK itself, Node's `inspect`. In the script-tag build
 * each is replaced by the least that its importers need to link; `startTracing` always passes the real thing.
 *
 * Of the API, whose own copy only the script brings along, no page sees more than what is registered in the global
 * object. An app's copy takes that from any 1.x version not older than itself, so this one is newer than all of them.
 */
const STAND_INS: Readonly<Record<string, string>> = {
  'core/build/esm/utils/merge.js': 'export const merge = Object.assign',
  'core/build/esm/propagation/composite.js': 'export class CompositePropagator {}',
  'core/build/esm/trace/W3CTraceContextPropagator.js':
    'export class W3CTraceContextPropagator {}; export const parseTraceParent = () => null; export const TRACE_PARENT_HEADER = "traceparent"; export const TRACE_STATE_HEADER = "tracestate"',
  'core/build/esm/trace/TraceState.js': 'export class TraceState {}',
  'core/build/esm/baggage/propagation/W3CBaggagePropagator.js': 'export class W3CBaggagePropagator {}',
  'sdk-trace-base/build/esm/config.js':
    'export const loadDefaultConfig = () => ({}); export const buildSamplerFromEnv = () => {}',
  'sdk-trace-base/build/esm/utility.js': 'export const reconfigureLimits = (config) => config',
  'sdk-trace-web/build/esm/StackContextManager.js': 'export class StackContextManager {}',
  'sdk-trace/build/esm/StackContextManager.js': 'export class StackContextManager {}',
  'sdk-trace/build/esm/TracerMetrics.js': 'export class TracerMetrics { startSpan() {} }',
  'sdk-trace/build/esm/inspect.js':
    'export const inspectCustom = Symbol(); export const formatInspect = () => ""; export const settledResourceAttributes = () => ({})',
  'sdk-trace/build/esm/sampler/ParentBasedSampler.js': 'export class ParentBasedSampler {}',
  'sdk-trace/build/esm/sampler/TraceIdRatioBasedSampler.js': 'export class TraceIdRatioBasedSampler {}',
  'sdk-trace/build/esm/sampler/AlwaysOnSampler.js': 'export class AlwaysOnSampler {}',
  'sdk-trace/build/esm/sampler/AlwaysOffSampler.js': 'export class AlwaysOffSampler {}',
  'sdk-trace/build/esm/platform/browser/RandomIdGenerator.js': 'export class RandomIdGenerator {}',
  'api/build/esm/internal/global-utils.js': `
    const KEY = Symbol.for('opentelemetry.js.api.1')
    export const getGlobal = (type) => globalThis[KEY]?.[type]
    let free
    export const registerGlobal = (type, instance) => {
      const api = (globalThis[KEY] ??= { version: '1.999.0' })
      // Of two SDKs on a page the first one has all of the API: half of each would be neither.
      free ??= !(api.trace || api.context || api.propagation)
      return free && !api[type] && !!(api[type] = instance)
    }
    export const unregisterGlobal = (type) => delete globalThis[KEY]?.[type]`,
  'api/build/esm/api/diag.js': `
    import { getGlobal } from '../internal/global-utils'
    const diag = new Proxy({}, { get: (_, level) => (...args) => getGlobal('diag')?.[level]?.(...args) })
    export const DiagAPI = { instance: () => diag }`,
  'api/build/esm/api/trace.js': `
    import { getGlobal, registerGlobal } from '../internal/global-utils'
    import { deleteSpan, getSpan, getSpanContext, setSpan, setSpanContext } from '../trace/context-utils'
    import { isSpanContextValid, wrapSpanContext } from '../trace/spancontext-utils'
    const trace = {
      deleteSpan, getSpan, getSpanContext, setSpan, setSpanContext, isSpanContextValid, wrapSpanContext,
      setGlobalTracerProvider: (provider) => registerGlobal('trace', provider),
    }
    export const TraceAPI = { getInstance: () => trace }`,
  'core/build/esm/common/logging-error-handler.js': `
    import { diag } from '@opentelemetry/api'
    export const loggingErrorHandler = () => (error) => diag.error(String(error))`,
  'api/build/esm/metrics/NoopMeter.js':
    'export const NOOP_METER = {}; export const createNoopMeter = () => NOOP_METER',
  'resources/build/esm/ResourceImpl.js': `
    export const resourceFromAttributes = (attributes) => ({
      attributes,
      getRawAttributes: () => Object.entries(attributes),
      merge: (other) => resourceFromAttributes({ ...attributes, ...other?.attributes }),
    })
    export const resourceFromDetectedResource = ({ attributes }) => resourceFromAttributes(attributes)
    export const emptyResource = () => resourceFromAttributes({})
    export const defaultResource = emptyResource`,
}

/**
 * Puts the stand-ins in place. Fails when a stock module that is to be replaced is no longer there; those of packages
 * that are `external` are not looked for.
 */
export function standIns(external: readonly string[] = []): Plugin {
  return {
    name: 'stand-ins',
    setup(build) {
      const unused = new Set(
        Object.keys(STAND_INS).filter((name) => !external.some((each) => name.startsWith(`${each}/`))),
      )
      build.onLoad({ filter: /@opentelemetry[\\/].*\.js$/ }, ({ path }) => {
        const name = path.replaceAll('\\', '/').split('/@opentelemetry/').at(-1) ?? ''
        const contents = STAND_INS[name]
        unused.delete(name)
        return contents === undefined ? undefined : { contents, loader: 'js' }
      })
      build.onEnd(() => ({
        errors: Array.from(unused, (name) => ({ text: `stand-in for ${name}, which is not in the build` })),
      }))
    },
  }
}

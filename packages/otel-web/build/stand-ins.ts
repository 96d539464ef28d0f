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
  // Its `forceFlush` is overridden, its defaults are given.
  'sdk-trace/build/esm/TracerProvider.js': `
    import { Tracer } from './Tracer'
    import { MultiSpanProcessor } from './MultiSpanProcessor'
    export class TracerProvider {
      _tracers = new Map()
      constructor({ resource, sampler, idGenerator, spanProcessors }) {
        this._activeSpanProcessor = new MultiSpanProcessor(spanProcessors)
        const attributeCountLimit = 128
        this._tracerOptions = {
          resource, sampler, idGenerator,
          spanProcessor: this._activeSpanProcessor,
          meterProvider: { getMeter() {} },
          spanLimits: {
            attributeCountLimit,
            attributeValueLengthLimit: Infinity,
            eventCountLimit: attributeCountLimit,
            linkCountLimit: attributeCountLimit,
            attributePerEventCountLimit: attributeCountLimit,
            attributePerLinkCountLimit: attributeCountLimit,
          },
        }
      }
      getTracer(name, version, options) {
        const schemaUrl = options?.schemaUrl
        const key = name + '@' + version + ':' + schemaUrl
        const known = this._tracers.get(key)
        if (known) return known
        const tracer = new Tracer({ name, version, schemaUrl }, this._tracerOptions)
        this._tracers.set(key, tracer)
        return tracer
      }
      shutdown() {
        return this._activeSpanProcessor.shutdown()
      }
    }`,
  'core/build/esm/common/attributes.js': `
    const isPrimitive = (value) => ['number', 'boolean', 'string'].includes(typeof value)
    export const isAttributeKey = (key) => typeof key === 'string' && key !== ''
    export const isAttributeValue = (value) => {
      if (value == null) return true
      if (!Array.isArray(value)) return isPrimitive(value)
      const items = value.filter((item) => item != null)
      return items.every((item) => isPrimitive(item) && typeof item === typeof items[0])
    }
    export const sanitizeAttributes = (attributes) =>
      Object.fromEntries(
        Object.entries(attributes ?? {})
          .filter(([key, value]) => key && isAttributeValue(value))
          .map(([key, value]) => [key, Array.isArray(value) ? value.slice() : value]),
      )`,
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
  'api/build/esm/api/propagation.js': `
    import { registerGlobal } from '../internal/global-utils'
    const propagation = { setGlobalPropagator: (propagator) => registerGlobal('propagation', propagator) }
    export const PropagationAPI = { getInstance: () => propagation }`,
  'api/build/esm/api/context.js': `
    import { ROOT_CONTEXT } from '../context/context'
    import { getGlobal, registerGlobal } from '../internal/global-utils'
    const context = {
      active: () => getGlobal('context')?.active() ?? ROOT_CONTEXT,
      with(active, fn, self, ...args) {
        const manager = getGlobal('context')
        return manager ? manager.with(active, fn, self, ...args) : fn.apply(self, args)
      },
      bind: (active, target) => getGlobal('context')?.bind(active, target) ?? target,
      setGlobalContextManager: (manager) => registerGlobal('context', manager),
    }
    export const ContextAPI = { getInstance: () => context }`,
  'api/build/esm/trace/spancontext-utils.js': `
    import { NonRecordingSpan } from './NonRecordingSpan'
    const isId = (id, length) => id?.length === length && /^[0-9a-f]*[1-9a-f][0-9a-f]*$/i.test(id)
    export const isValidTraceId = (id) => isId(id, 32)
    export const isValidSpanId = (id) => isId(id, 16)
    export const isSpanContextValid = ({ traceId, spanId }) => isValidTraceId(traceId) && isValidSpanId(spanId)
    export const wrapSpanContext = (spanContext) => new NonRecordingSpan(spanContext)`,
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

import type { Plugin, PluginBuild } from 'esbuild'

/** Enums of the stock modules, whose members esbuild replaces by their values. */
const ENUMS: Readonly<Record<string, string>> = {
  'api/build/esm/trace/SamplingResult.js':
    'export const enum SamplingDecision { NOT_RECORD, RECORD, RECORD_AND_SAMPLED }',
  'api/build/esm/trace/span_kind.js':
    'export const enum SpanKind { INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER }',
  'api/build/esm/trace/status.js': 'export const enum SpanStatusCode { UNSET, OK, ERROR }',
  'api/build/esm/trace/trace_flags.js': 'export const enum TraceFlags { NONE, SAMPLED }',
  'sdk-trace/build/esm/Sampler.js':
    'export const enum SamplingDecision { NOT_RECORD, RECORD, RECORD_AND_SAMPLED }',
}

/**
 * Stock modules whose code never runs in a page that `startTracing` sets up: environment variables, samplers and
 * propagators (replaced by those of this package), metrics about the SDK itself, Node's `inspect`. In the script-tag
 * build each is replaced by the minimum that its importers need to link.
 *
 * A page sees of the script's copy of the API only the registered global object. An app's copy of the API uses objects
 * of any 1.x version that is not older than itself, so this copy has a higher version than all of them.
 */
const STAND_INS: Readonly<Record<string, string>> = {
  'core/build/esm/utils/merge.js': 'export const merge = Object.assign',
  'core/build/esm/propagation/composite.js': 'export class CompositePropagator {}',
  'core/build/esm/trace/W3CTraceContextPropagator.js':
    'export class W3CTraceContextPropagator {}; export const parseTraceParent = () => null; export const TRACE_PARENT_HEADER = "traceparent"; export const TRACE_STATE_HEADER = "tracestate"',
  'core/build/esm/trace/TraceState.js': 'export class TraceState {}',
  'core/build/esm/baggage/propagation/W3CBaggagePropagator.js': 'export class W3CBaggagePropagator {}',
  'sdk-trace-base/build/esm/BasicTracerProvider-shim.js':
    "export { TracerProvider as BasicTracerProvider } from '@opentelemetry/sdk-trace'",
  'sdk-trace-web/build/esm/StackContextManager.js': 'export class StackContextManager {}',
  'sdk-trace/build/esm/StackContextManager.js': 'export class StackContextManager {}',
  // `PageTracerProvider` passes all start and end times and records exceptions.
  'sdk-trace/build/esm/Tracer.js': `
    import * as api from '@opentelemetry/api'
    import { isTracingSuppressed, sanitizeAttributes } from '@opentelemetry/core'
    import { SpanImpl } from './Span'
    export class Tracer {
      constructor(instrumentationScope, options) {
        this.instrumentationScope = instrumentationScope
        this._options = options
      }
      startSpan(name, options, context) {
        const { resource, sampler, idGenerator, spanProcessor } = this._options
        if (options.root) context = api.trace.deleteSpan(context)
        if (isTracingSuppressed(context)) return api.trace.wrapSpanContext(api.INVALID_SPAN_CONTEXT)
        let parentSpanContext = api.trace.getSpanContext(context)
        if (parentSpanContext && !api.trace.isSpanContextValid(parentSpanContext)) parentSpanContext = undefined
        const kind = options.kind ?? api.SpanKind.INTERNAL
        const attributes = sanitizeAttributes(options.attributes)
        const links = options.links ?? []
        const spanId = idGenerator.generateSpanId()
        const traceId = parentSpanContext?.traceId ?? idGenerator.generateTraceId()
        const { decision } = sampler.shouldSample(context, traceId, name, kind, attributes, links)
        const spanContext = {
          traceId,
          spanId,
          traceFlags: decision === api.SamplingDecision.RECORD_AND_SAMPLED ? 1 : 0,
          traceState: parentSpanContext?.traceState,
        }
        if (decision === api.SamplingDecision.NOT_RECORD) return api.trace.wrapSpanContext(spanContext)
        return new SpanImpl({
          resource, spanProcessor, context, spanContext, name, kind, links, parentSpanContext, attributes,
          instrumentationScope: this.instrumentationScope,
          startTime: options.startTime,
        })
      }
      startActiveSpan(name, ...args) {
        const run = args.pop()
        const [options, parent = api.context.active()] = args
        const span = this.startSpan(name, options, parent)
        return api.context.with(api.trace.setSpan(parent, span), run, undefined, span)
      }
    }`,
  'sdk-trace/build/esm/Span.js': `
    import { hrTimeDuration, isAttributeValue, millisToHrTime, sanitizeAttributes } from '@opentelemetry/core'
    const LIMIT = 128
    const toHrTime = (time) =>
      Array.isArray(time)
        ? time
        : millisToHrTime(time <= performance.now() ? Date.now() - performance.now() + time : +time)
    const limit = (attributes) => {
      const entries = Object.entries(sanitizeAttributes(attributes))
      return {
        attributes: Object.fromEntries(entries.slice(0, LIMIT)),
        droppedAttributesCount: Math.max(0, entries.length - LIMIT),
      }
    }
    export class SpanImpl {
      attributes = {}
      links = []
      events = []
      status = { code: 0 }
      endTime = [0, 0]
      duration = [-1, -1]
      ended = false
      droppedAttributesCount = 0
      droppedEventsCount = 0
      droppedLinksCount = 0
      _count = 0
      constructor({ links, startTime, attributes, spanContext, spanProcessor, context, ...fields }) {
        Object.assign(this, fields)
        this._spanContext = spanContext
        this._spanProcessor = spanProcessor
        this.startTime = toHrTime(startTime)
        this.addLinks(links).setAttributes(attributes)
        spanProcessor.onStart(this, context)
      }
      spanContext() {
        return this._spanContext
      }
      isRecording() {
        return !this.ended
      }
      setAttribute(key, value) {
        if (value == null || this.ended || key.length === 0 || !isAttributeValue(value)) return this
        if (!Object.hasOwn(this.attributes, key) && this._count++ >= LIMIT) this.droppedAttributesCount++
        else this.attributes[key] = Array.isArray(value) ? value.slice() : value
        return this
      }
      setAttributes(attributes) {
        for (const key of Object.keys(attributes)) this.setAttribute(key, attributes[key])
        return this
      }
      addEvent(name, attributes, time) {
        if (this.ended) return this
        if (this.events.length >= LIMIT) {
          this.events.shift()
          this.droppedEventsCount++
        }
        this.events.push({ name, ...limit(attributes), time: toHrTime(time) })
        return this
      }
      addLink({ context, attributes }) {
        if (this.ended) return this
        if (this.links.length >= LIMIT) {
          this.links.shift()
          this.droppedLinksCount++
        }
        this.links.push({ context, ...limit(attributes) })
        return this
      }
      addLinks(links) {
        for (const link of links) this.addLink(link)
        return this
      }
      setStatus({ code, message }) {
        if (!this.ended && code && this.status.code !== 1) {
          this.status = code === 2 && typeof message === 'string' ? { code, message } : { code }
        }
        return this
      }
      updateName(name) {
        if (!this.ended) this.name = name
        return this
      }
      end(time) {
        if (this.ended) return
        this.endTime = toHrTime(time)
        this.duration = hrTimeDuration(this.startTime, this.endTime)
        if (this.duration[0] < 0) {
          this.endTime = this.startTime
          this.duration = [0, 0]
        }
        this._spanProcessor.onEnding?.(this)
        this.ended = true
        this._spanProcessor.onEnd(this)
      }
    }`,
  // An error of a processor of the app does not affect the other processors.
  'sdk-trace/build/esm/MultiSpanProcessor.js': `
    export class MultiSpanProcessor {
      constructor(processors) {
        this._processors = processors
      }
      _each(name, ...args) {
        for (const processor of this._processors) {
          try {
            processor[name]?.(...args)
          } catch {}
        }
      }
      onStart(span, context) {
        this._each('onStart', span, context)
      }
      onEnding(span) {
        this._each('onEnding', span)
      }
      onEnd(span) {
        this._each('onEnd', span)
      }
      async shutdown() {
        await Promise.all(this._processors.map((processor) => processor.shutdown()))
      }
    }`,
  // Its `forceFlush` is overridden and its options are always passed.
  'sdk-trace/build/esm/TracerProvider.js': `
    import { Tracer } from './Tracer'
    import { MultiSpanProcessor } from './MultiSpanProcessor'
    export class TracerProvider {
      _tracers = new Map()
      constructor({ resource, sampler, idGenerator, spanProcessors }) {
        this._activeSpanProcessor = new MultiSpanProcessor(spanProcessors)
        this._tracerOptions = {
          resource, sampler, idGenerator,
          spanProcessor: this._activeSpanProcessor,
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
  // Context manager and propagator are always passed.
  'sdk-trace-web/build/esm/WebTracerProvider.js': `
    import { context, propagation, trace } from '@opentelemetry/api'
    import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
    export class WebTracerProvider extends BasicTracerProvider {
      register({ contextManager, propagator }) {
        trace.setGlobalTracerProvider(this)
        propagation.setGlobalPropagator(propagator)
        contextManager.enable()
        context.setGlobalContextManager(contextManager)
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
      // The first of two SDKs on a page registers the whole API, so that the objects of two SDKs are not mixed.
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
  ...ENUMS,
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

/** Replaces the names of enum members by their values. */
export function inlineEnums(): Plugin {
  return {
    name: 'inline enums',
    setup: (build) => replaceModules(build, ENUMS, () => {}),
  }
}

/**
 * Replaces the stock modules. Fails if a stock module of the table does not exist; modules of `external` packages are
 * not checked.
 */
export function standIns(external: readonly string[] = []): Plugin {
  return {
    name: 'stand-ins',
    setup(build) {
      const unused = new Set(
        Object.keys(STAND_INS).filter((name) => !external.some((each) => name.startsWith(`${each}/`))),
      )
      replaceModules(build, STAND_INS, (name) => unused.delete(name))
      build.onEnd(() => ({
        errors: Array.from(unused, (name) => ({ text: `stand-in for ${name}, which is not in the build` })),
      }))
    },
  }
}

function replaceModules(
  build: PluginBuild,
  modules: Readonly<Record<string, string>>,
  onFound: (name: string) => void,
): void {
  build.onLoad({ filter: /@opentelemetry[\\/].*\.js$/ }, ({ path }) => {
    const name = path.replaceAll('\\', '/').split('/@opentelemetry/').at(-1) ?? ''
    const contents = modules[name]
    onFound(name)
    return contents === undefined ? undefined : { contents, loader: 'ts' }
  })
}

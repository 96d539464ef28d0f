import type { TextMapPropagator } from '@opentelemetry/api'
import { ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from '@opentelemetry/semantic-conventions'
import {
  createPropagator,
  generateSpanId,
  type OtelConfig,
  type OtlpResource,
  readOtelConfig,
  toKeyValues,
} from '@throughline/otel-shared'
import { EdgeContextManager } from './context.ts'
import { instrumentEnv } from './instrument-env.ts'
import type { EdgeOptions } from './options.ts'
import { registerApi, warn } from './otel-api.ts'
import { createExporter, hasProtobuf } from './otlp-exporter.ts'
import { createReceiver, type OtlpReceiver } from './otlp-receiver.ts'
import { patchFetch } from './outgoing-fetch.ts'
import { createSampling, type Sampling } from './sampling.ts'
import { EDGE_SCOPE } from './scope.ts'
import { ATTR_HOST_ID, ATTR_SERVICE_INSTANCE_ID } from './semconv.ts'
import { SpanBuffer } from './span-buffer.ts'
import { EdgeTracerProvider } from './tracer.ts'
import { traceCaches } from './wrap-binding.ts'

/** A worker's tracing, made once per isolate, options and environment. */
export interface Sdk {
  readonly options: EdgeOptions
  readonly config: OtelConfig
  readonly propagator: TextMapPropagator
  readonly buffer: SpanBuffer
  readonly resource: OtlpResource
  /** The environment with its bindings traced. */
  readonly tracedEnv: object
  now(): number
  /** The context of a new span at this worker's edge: sampled or not, by its remote parent or by the sampler. */
  readonly sample: Sampling
}

const NO_OPTIONS: EdgeOptions = {}
const sdks = new WeakMap<EdgeOptions, WeakMap<object, Sdk>>()
const buffers = new Map<string, Pick<Sdk, 'buffer' | 'resource'>>()
let registered = false

/** The SDK of these options in this environment. The first call registers OpenTelemetry's globals and fetch. */
export function getSdk(options: EdgeOptions = NO_OPTIONS, env: object = NO_OPTIONS): Sdk {
  let byEnv = sdks.get(options)
  if (!byEnv) {
    byEnv = new WeakMap()
    sdks.set(options, byEnv)
  }
  let sdk = byEnv.get(env)
  if (!sdk) {
    sdk = createSdk(options, env)
    byEnv.set(env, sdk)
  }
  return sdk
}

function createSdk(options: EdgeOptions, env: object): Sdk {
  const config = readOtelConfig(env as Record<string, unknown>, warn)
  let tracedEnv: object | undefined
  const propagator = createPropagator(config.propagators, (name) => warn(`OTEL_PROPAGATORS: unknown ${name}`))
  const sdk: Sdk = {
    options,
    config,
    propagator,
    ...getBuffer(options, config, env),
    get tracedEnv() {
      tracedEnv ??= instrumentEnv(env, sdk)
      return tracedEnv
    },
    now: options.now ?? Date.now,
    sample: createSampling(options, config),
  }
  register(sdk)
  return sdk
}

/** One buffer per resource and destination, so that a worker's fetch handler, queue and objects share POSTs. */
function getBuffer(options: EdgeOptions, config: OtelConfig, env: object): Pick<Sdk, 'buffer' | 'resource'> {
  const attributes = {
    ...config.resourceAttributes,
    ...options.resourceAttributes,
    [ATTR_SERVICE_NAME]: options.serviceName ?? config.serviceName ?? 'unknown_service',
    ...(options.serviceVersion === undefined ? {} : { [ATTR_SERVICE_VERSION]: options.serviceVersion }),
  }
  const key = JSON.stringify([attributes, config, options.exporter])
  let shared = buffers.get(key)
  if (!shared) {
    const instanceId = generateSpanId()
    const resource: OtlpResource = {
      attributes: toKeyValues({
        ...attributes,
        [ATTR_SERVICE_INSTANCE_ID]: instanceId,
        // Jaeger takes spans without a host as each on another machine and shifts their times.
        [ATTR_HOST_ID]: instanceId,
        'telemetry.sdk.name': 'throughline',
        'telemetry.sdk.language': 'webjs',
        'telemetry.sdk.version': EDGE_SCOPE.version,
      }),
    }
    const buffer = new SpanBuffer({
      windowMillis: options.exporter?.windowMillis ?? 500,
      exporter: createExporter(
        resource,
        receiverOf('traces', options, config),
        overflowQueueOf(options, env),
      ),
    })
    shared = { buffer, resource }
    buffers.set(key, shared)
  }
  return shared
}

/** Where a signal goes: by code first, then by its own variables, then by those of all signals. */
export function receiverOf(
  signal: 'traces' | 'logs',
  { exporter = {} }: EdgeOptions,
  config: OtelConfig,
): OtlpReceiver | undefined {
  if (config.disabled) return undefined
  const { url, windowMillis, overflowQueue, ...own } = exporter
  const merged = { ...config[signal], ...own, headers: { ...config[signal].headers, ...own.headers } }
  if (signal === 'traces') {
    if (merged.protocol !== 'http/protobuf' || hasProtobuf()) return createReceiver(merged, url)
    warn('OTEL_EXPORTER_OTLP_PROTOCOL: the minimal entry sends http/json')
    return createReceiver({ ...merged, protocol: 'http/json' }, url)
  }
  // A traces address given in code names its own path; the logs are next to it. Log records are sent as JSON.
  const logsUrl = merged.url ?? url?.replace(/\/v1\/traces$/, '/v1/logs')
  return createReceiver({ ...merged, protocol: 'http/json' }, logsUrl)
}

function overflowQueueOf({ exporter }: EdgeOptions, env: object): Pick<Queue, 'send'> | undefined {
  return exporter?.overflowQueue === undefined
    ? undefined
    : (Reflect.get(env, exporter.overflowQueue) as Pick<Queue, 'send'> | undefined)
}

function register(sdk: Sdk): void {
  if (registered) return
  registered = true
  const { propagator } = sdk
  registerApi({ context: new EdgeContextManager(), trace: new EdgeTracerProvider(), propagation: propagator })
  patchFetch()
  traceCaches(sdk)
}

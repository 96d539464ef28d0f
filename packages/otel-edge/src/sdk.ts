import { storage } from '#async-local-storage'
import { instrumentEnv } from './bindings/instrument-env.ts'
import type { Components } from './components/components.ts'
import { type OtelVariables, otelVariables, processVariables } from './config/otel-variables.ts'
import { readOtelConfig } from './config/read-otel-config.ts'
import { spanLimits } from './config/span-limits.ts'
import { EDGE_CONTEXT_MANAGER } from './core/context.ts'
import type { Sdk, SdkConfig } from './core/sdk.ts'
import { getSharedBuffer } from './export/shared-buffer.ts'
import { endpointOf } from './export/signal-endpoint.ts'
import { traceFetch } from './http/fetch/outgoing-fetch.ts'
import type { EdgeOptions } from './options.ts'
import { replaceFetch } from './platform/native-fetch.ts'
import { registerApi, warn } from './platform/otel-api.ts'
import { createSampling } from './trace/sampling.ts'
import { EdgeTracerProvider } from './trace/tracer.ts'

/** The cached data of an options object, which is read once. */
interface Configured {
  readonly key: string
  readonly byEnv: WeakMap<object, Sdk>
  /** The variables of the process. They are read once, since servers create a new environment for every request. */
  ofProcess?: OtelVariables
}

const NO_ENV = {}
const configured = new WeakMap<EdgeOptions, Configured>()
// Cache: one configuration for equal options and variables, since some servers create a new environment, and some apps new
// options, for every request. Bounded by the number of different configurations.
const configs = new Map<string, SdkConfig>()

/**
 * Returns the SDK for these options and this environment. The first call in an isolate registers OpenTelemetry's globals and
 * replaces the global `fetch`.
 *
 * @param env Default: an empty environment.
 */
export function getSdk(options: EdgeOptions, components: Components, env: object = NO_ENV): Sdk {
  let own = configured.get(options)
  if (!own) {
    own = { key: configurationKey(options), byEnv: new WeakMap() }
    configured.set(options, own)
  }
  let sdk = own.byEnv.get(env)
  if (!sdk) {
    sdk = withEnv(getConfig(options, components, own, env), components, env)
    own.byEnv.set(env, sdk)
    register(sdk, components)
  }
  return sdk
}

function getConfig(options: EdgeOptions, components: Components, own: Configured, env: object): SdkConfig {
  const variables = otelVariables(env, () => {
    own.ofProcess ??= processVariables()
    return own.ofProcess
  })
  const key = components.name + own.key + JSON.stringify(variables)
  let config = configs.get(key)
  if (!config) {
    config = createConfig(components.prepareOptions(options, env), components, variables, env)
    configs.set(key, config)
  }
  return config
}

function createConfig(
  options: EdgeOptions,
  { protobuf, createPropagator }: Components,
  variables: OtelVariables,
  env: object,
): SdkConfig {
  const config = readOtelConfig(variables, warn)
  const url = options.exporter?.url
  const setup = { options, config, variables, limits: spanLimits(config) }
  const endpoint = endpointOf('traces', setup, url, protobuf)
  const { endpointVariable, isOff } = config.traces
  const isSilent = config.disabled || isOff || endpointVariable !== undefined
  if (!isSilent && url === undefined) {
    warn('no address to send spans to: set OTEL_EXPORTER_OTLP_ENDPOINT, or exporter.url in code')
  }
  const urls = [endpoint?.url, config.logs.url].flatMap((url) => URL.parse(url ?? '')?.href ?? [])
  return {
    ...setup,
    propagator: createPropagator(config.propagators),
    ...getSharedBuffer(setup, endpoint, env),
    now: options.now ?? Date.now,
    sample: createSampling(options, config),
    exportUrls: new Set(urls),
  }
}

function withEnv(config: SdkConfig, { bindings }: Components, env: object): Sdk {
  let tracedEnv: object | undefined
  const sdk: Sdk = {
    ...config,
    get tracedEnv() {
      tracedEnv ??= instrumentEnv(env, sdk, bindings)
      return tracedEnv
    },
  }
  return sdk
}

// Cache: the number of options objects with `now`. Each is a separate configuration, since functions cannot be compared.
let clockCount = 0

/** Serializes options. Options with the same text share a configuration. */
function configurationKey(options: EdgeOptions): string {
  const text = JSON.stringify(options, (_, value: unknown) =>
    value instanceof RegExp || typeof value === 'bigint' ? String(value) : value,
  )
  return options.now ? `${text}${++clockCount}` : text
}

function register(sdk: Sdk, components: Components): void {
  // Another copy of this package may have registered itself.
  if (storage.isUsed) return
  storage.isUsed = true
  const { propagator } = sdk
  registerApi({ context: EDGE_CONTEXT_MANAGER, trace: new EdgeTracerProvider(), propagation: propagator })
  replaceFetch(traceFetch)
  components.patchGlobals?.(sdk)
}

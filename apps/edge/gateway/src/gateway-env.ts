import type { RelayOptions, SamplerOptions, SnippetOptions } from '@throughline/otel-edge'

/** Bindings and variables of the gateway, each optional. Without a binding, requests are forwarded to the origin. */
export interface GatewayEnv {
  /** Static assets, the site itself. */
  readonly ASSETS?: Fetcher
  /** The page for client-side routes, usually `/`; unset for a site without them. */
  readonly PAGE_FALLBACK?: string
  /** The API behind `/api/*`. */
  readonly SHOP?: Fetcher
  /** Address of a trace in the viewer, with `{traceId}` in it. Without it, requests for `/config.json` are forwarded to the site. */
  readonly TRACE_URL?: string
  /** Default: `gateway`. */
  readonly OTEL_SERVICE_NAME?: string
  /** Origins besides the site's own whose pages are trusted and may send spans, separated by commas. */
  readonly ALLOWED_ORIGINS?: string
  /** `service.name` of the pages. With it, the script tag of the browser SDK is inserted into every page. */
  readonly SNIPPET_SERVICE_NAME?: string
  /** `deployment.environment.name` of the pages. */
  readonly SNIPPET_ENVIRONMENT?: string
  /** Where the script is. Default: `/throughline.js`. */
  readonly SNIPPET_SRC?: string
  /** The values of `service.name` that pages may send, separated by commas. Default: every value. */
  readonly PAGE_SERVICE_NAMES?: string
  /** Maximum of recorded traces per second and isolate. Default: no limit. */
  readonly MAX_TRACES_PER_SECOND?: string
  /** Of these, the maximum that callers can force with a sampled `traceparent`. Default: 10. */
  readonly MAX_FORCED_TRACES_PER_SECOND?: string
  /** Maximum of bytes of spans per client, minute and isolate. Default: 20 MiB. */
  readonly PAGE_BYTES_PER_MINUTE?: string
  /** Stores spans that could not be delivered in time. This worker must also be its consumer. */
  readonly OVERFLOW?: Queue
  /** Limits the batches of spans per client across isolates. */
  readonly TRACES_LIMIT?: RateLimit
}

export function originsOf({ ALLOWED_ORIGINS }: GatewayEnv): string[] {
  return listOf(ALLOWED_ORIGINS).flatMap((text) => {
    const url = URL.parse(text)
    // A wildcard is a valid character of a host name, but matches only itself.
    if (url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/` && !text.includes('*'))
      return url.origin
    console.warn(`ALLOWED_ORIGINS: ${JSON.stringify(text)} is not an origin such as https://www.example.com`)
    return []
  })
}

/** Limits of the relay and the sampler. A variable that is unset or not a number keeps its default. */
export function limitsOf(env: GatewayEnv): {
  readonly relay: Pick<RelayOptions, 'serviceNames' | 'bytesPerClientPerMinute'>
  readonly sampler: SamplerOptions
} {
  const serviceNames = listOf(env.PAGE_SERVICE_NAMES)
  const bytesPerClientPerMinute = countOf(env, 'PAGE_BYTES_PER_MINUTE')
  const maxPerSecond = countOf(env, 'MAX_TRACES_PER_SECOND')
  const maxForcedPerSecond = countOf(env, 'MAX_FORCED_TRACES_PER_SECOND')
  return {
    relay: {
      ...(serviceNames.length > 0 ? { serviceNames } : {}),
      ...(bytesPerClientPerMinute === undefined ? {} : { bytesPerClientPerMinute }),
    },
    sampler: {
      ...(maxPerSecond === undefined ? {} : { maxPerSecond }),
      ...(maxForcedPerSecond === undefined ? {} : { maxForcedPerSecond }),
    },
  }
}

function listOf(text = ''): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function countOf(env: GatewayEnv, name: keyof GatewayEnv): number | undefined {
  const text = String(env[name] ?? '').trim()
  if (/^\d+$/.test(text)) return Number(text)
  if (text !== '') console.warn(`${name}=${text} is not a whole number: the default is used`)
  return undefined
}

/** The script tag for pages; `undefined` if SNIPPET_SERVICE_NAME is unset. */
export function snippetOf(env: GatewayEnv): SnippetOptions | undefined {
  const { SNIPPET_SERVICE_NAME: serviceName, SNIPPET_ENVIRONMENT: environment, SNIPPET_SRC: src } = env
  if (!serviceName) return undefined
  return {
    ...(src ? { src } : {}),
    data: { 'service-name': serviceName, ...(environment ? { environment } : {}) },
  }
}

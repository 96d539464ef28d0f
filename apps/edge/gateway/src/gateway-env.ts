import type { SnippetOptions } from '@throughline/otel-edge'

/** What the gateway can be given. Every binding and variable is optional: without a binding, requests go to the origin. */
export interface GatewayEnv {
  /** Static assets, the site itself. */
  readonly ASSETS?: Fetcher
  /** The page that answers for client-side routes, `/` as a rule; not set for a site without them. */
  readonly PAGE_FALLBACK?: string
  /** The API behind `/api/*`. */
  readonly SHOP?: Fetcher
  /** A trace's page, with `{traceId}` in it. */
  readonly TRACE_URL?: string
  /** Default: `gateway`. */
  readonly OTEL_SERVICE_NAME?: string
  /** Origins besides the site's own whose pages are trusted and may send spans, separated by commas. */
  readonly ALLOWED_ORIGINS?: string
  /** `service.name` of the pages. With it, the browser SDK's script tag is put into every page. */
  readonly SNIPPET_SERVICE_NAME?: string
  /** `deployment.environment.name` of the pages. */
  readonly SNIPPET_ENVIRONMENT?: string
  /** Where the script is. Default: `/throughline.js`. */
  readonly SNIPPET_SRC?: string
  /** Takes spans that could not be delivered in time; this worker is to be its consumer, too. */
  readonly OVERFLOW?: Queue
  /** Limits the batches of spans a client may send, everywhere together. */
  readonly TRACES_LIMIT?: RateLimit
}

export function originsOf({ ALLOWED_ORIGINS = '' }: GatewayEnv): string[] {
  return ALLOWED_ORIGINS.split(',')
    .map((origin) => origin.trim().replace(/\/$/, ''))
    .filter((origin) => origin !== '')
}

/** The tag to put into pages; none unless it is asked for. */
export function snippetOf(env: GatewayEnv): SnippetOptions | undefined {
  const { SNIPPET_SERVICE_NAME: serviceName, SNIPPET_ENVIRONMENT: environment, SNIPPET_SRC: src } = env
  if (!serviceName) return undefined
  return {
    ...(src ? { src } : {}),
    data: { 'service-name': serviceName, ...(environment ? { environment } : {}) },
  }
}

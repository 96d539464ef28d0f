import type { ResourceSpans } from '@throughline/otel-shared'
import type { Dependency, Operation, TraceSummary } from '../../store/read/query-answers.ts'

export type { Dependency, TraceSummary }

/** The names of all services that sent spans. */
export async function fetchServices(): Promise<readonly string[]> {
  const { services } = await getJson<{ services: string[] }>('/api/v3/services')
  return services
}

/** The span names of a service. */
export async function fetchOperations(service: string): Promise<readonly string[]> {
  const query = new URLSearchParams({ service })
  const { operations } = await getJson<{ operations: Operation[] }>(`/api/v3/operations?${query}`)
  return [...new Set(operations.map(({ name }) => name))]
}

/** Searches with the parameters of Jaeger's `trace-summaries`. Throws an `Error` with the server's message. */
export async function fetchSummaries(query: URLSearchParams): Promise<readonly TraceSummary[]> {
  const { summaries } = await getJson<{ summaries: TraceSummary[] }>(`/api/v3/trace-summaries?${query}`)
  return summaries
}

/** Fetches the calls between services in the last `lookbackMillis`. */
export async function fetchDependencies(lookbackMillis: number): Promise<readonly Dependency[]> {
  const query = new URLSearchParams({ endTs: String(Date.now()), lookback: String(lookbackMillis) })
  const { data } = await getJson<{ data: Dependency[] }>(`/api/dependencies?${query}`)
  return data
}

/** A trace as far as it has arrived, with its ETag. */
export interface LiveTrace {
  readonly resourceSpans: readonly ResourceSpans[]
  readonly etag: string
}

/** Fetches a trace. Returns `undefined` if it has not changed since `etag`. */
export async function fetchTrace(traceId: string, etag: string | undefined): Promise<LiveTrace | undefined> {
  const headers: HeadersInit = etag === undefined ? {} : { 'if-none-match': etag }
  const response = await request(`/api/live/traces/${traceId}`, { headers, cache: 'no-store' })
  if (response.status === 304) return undefined
  const { result } = await readJson<{ result: { resourceSpans: ResourceSpans[] } }>(response)
  return { resourceSpans: result.resourceSpans, etag: response.headers.get('etag') ?? '' }
}

async function getJson<Body>(path: string): Promise<Body> {
  return readJson<Body>(await request(path))
}

async function request(path: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(path, init)
  } catch (error) {
    throw new Error('The collector does not answer. Check that it is running.', { cause: error })
  }
}

async function readJson<Body>(response: Response): Promise<Body> {
  const body = (await response.json()) as Body & {
    error?: { message?: string }
    errors?: { msg?: string }[] | null
  }
  if (response.ok) return body
  throw new Error(body.error?.message ?? body.errors?.[0]?.msg ?? `the collector answered ${response.status}`)
}

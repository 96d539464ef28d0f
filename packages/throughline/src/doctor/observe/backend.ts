import { setTimeout as delay } from 'node:timers/promises'
import { displayUrl } from '../../http/display-url.ts'
import { RequestFailure } from '../../http/failure.ts'
import { type Response, trySend } from '../../http/request.ts'
import type { DoctorOptions } from '../target/options.ts'
import type { TracedRequest, TraceObservation } from '../target/target.ts'
import { findGaps } from '../target/trace-gaps.ts'
import { DOCTOR_SERVICE } from '../trace/doctor-service.ts'
import { asList, asObject, parseJson } from '../trace/json-value.ts'
import { readOtlpTrace } from '../trace/otlp-trace.ts'
import type { TraceSpan } from '../trace/trace-span.ts'
import { readZipkinTrace } from '../trace/zipkin-trace.ts'

/** How often the trace is read, at equal intervals. It is complete when two reads in a row are equal and it lacks nothing. */
const MAX_READS = 30

/** A query API. Paths are relative to its address, which may end in a path. */
interface QueryApi {
  readonly name: string
  readonly probe: string
  readonly isAnswer: (body: unknown) => boolean
  readonly path: (traceId: string) => string
  readonly read: (body: unknown) => TraceSpan[]
}

const APIS: readonly QueryApi[] = [
  {
    name: 'Jaeger',
    probe: 'api/v3/services',
    isAnswer: (body) => Array.isArray(asObject(body).services),
    path: (traceId) => `api/v3/traces/${traceId}`,
    read: readOtlpTrace,
  },
  {
    name: 'Zipkin',
    probe: 'api/v2/services',
    isAnswer: (body) => Array.isArray(body) && asList(body).every((name) => typeof name === 'string'),
    path: (traceId) => `api/v2/trace/${traceId}`,
    read: readZipkinTrace,
  },
]

/** The trace of the doctor, and its requests. */
export interface SentTrace {
  readonly traceId: string
  readonly requests: readonly TracedRequest[]
}

/** Reads the trace of the doctor from the backend when it is complete, or when the time is over. */
export async function observeTrace(
  backend: URL,
  { traceId, requests }: SentTrace,
  options: DoctorOptions,
): Promise<TraceObservation> {
  const get = (path: string, timeoutMillis = options.timeoutMillis) =>
    trySend({ url: inside(backend, path), headers: { accept: 'application/json' }, timeoutMillis })
  const answers = await Promise.all(APIS.map(({ probe }) => get(probe)))
  const api = APIS.find(({ isAnswer }, index) => isAnswer(bodyOf(answers[index])))
  if (!api) return { url: backend, problem: describe(backend, answers), traceId, spans: [], copies: [] }
  let spans: TraceSpan[] = []
  const endMillis = Date.now() + Math.max(options.waitMillis, options.timeoutMillis)
  for (let count = 0; count < MAX_READS; count++) {
    const restMillis = endMillis - Date.now()
    if (restMillis <= 0) break
    const answer = await get(api.path(traceId), Math.min(options.timeoutMillis, restMillis))
    const read = api.read(bodyOf(answer))
    const isQuiet = read.length === spans.length
    spans = read
    if (isQuiet && isComplete(spans, requests, options)) break
    await delay(options.waitMillis / MAX_READS)
  }
  const seen = new Set<string>()
  const once: TraceSpan[] = []
  const copies: TraceSpan[] = []
  for (const span of spans) {
    const list = seen.has(span.spanId) ? copies : once
    list.push(span)
    seen.add(span.spanId)
  }
  return { url: backend, problem: undefined, traceId, spans: once, copies }
}

function isComplete(
  spans: readonly TraceSpan[],
  sent: readonly TracedRequest[],
  { expected, isDeep }: DoctorOptions,
): boolean {
  if (spans.every(({ service }) => service === DOCTOR_SERVICE)) return false
  const { requests, children, orphans } = findGaps(spans, sent, isDeep)
  const gaps = [...requests, ...children, ...orphans, ...missingServices(spans, expected)]
  return gaps.length === 0
}

/** The expected services without a span. Zipkin writes names in lower case. */
export function missingServices(spans: readonly TraceSpan[], expected: readonly string[]): string[] {
  const present = new Set(spans.map(({ service }) => service.toLowerCase()))
  return expected.filter((name) => !present.has(name.toLowerCase()))
}

function bodyOf(response: Response | RequestFailure | undefined): unknown {
  return !response || response instanceof RequestFailure || response.status !== 200
    ? undefined
    : parseJson(response.body)
}

function describe(backend: URL, answers: readonly (Response | RequestFailure)[]): BackendProblem {
  const [first] = answers
  if (first instanceof RequestFailure)
    return { isReached: false, seen: `${displayUrl(backend)}: ${first.message}` }
  const seen = answers.map((answer, index) => {
    const status = answer instanceof RequestFailure ? answer.message : `status ${answer.status}`
    return `${APIS[index]?.probe}: ${status}`
  })
  return { isReached: true, seen: `${displayUrl(backend)}: ${seen.join(', ')}` }
}

type BackendProblem = NonNullable<TraceObservation['problem']>

function inside(base: URL, path: string): URL {
  const folder = new URL(base)
  folder.search = ''
  folder.hash = ''
  if (!folder.pathname.endsWith('/')) folder.pathname += '/'
  const url = new URL(path, folder)
  url.username = base.username
  url.password = base.password
  return url
}

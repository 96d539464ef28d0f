import type { parseTraceparent } from '@throughline/otel-shared'
import type { RequestFailure } from '../../http/failure.ts'
import type { Response } from '../../http/request.ts'
import type { Policy } from '../parse/content-security-policy.ts'
import type { Tag } from '../parse/html.ts'
import type { Snippet } from '../parse/snippet.ts'
import { DOCTOR_SERVICE } from '../trace/doctor-service.ts'
import type { TraceSpan } from '../trace/trace-span.ts'
import type { DoctorOptions } from './options.ts'

/** Everything that was observed. Checks read it and send nothing. */
export interface Target {
  readonly options: DoctorOptions
  readonly page: PageObservation
  /** The second response of the address of the page. */
  readonly again: Response | RequestFailure
  readonly scripts: readonly ScriptObservation[]
  readonly traced: TracedRequest
  readonly apis: readonly ApiObservation[]
  /** In a deep run, the same requests again, which may reach other instances. */
  readonly repeated: readonly TracedRequest[]
  readonly relay: RelayObservation
  /** `undefined` without `--browser`. */
  readonly browser: BrowserObservation | undefined
  /** `undefined` without `--backend`. */
  readonly trace: TraceObservation | undefined
  readonly logs: readonly LogObservation[]
}

/** The page. */
export interface PageObservation {
  /** The response after redirects. */
  readonly response: Response
  readonly tags: readonly Tag[]
  readonly policies: readonly Policy[]
  readonly snippet: Snippet | undefined
}

/** A script of the SDK that the page loads. */
export interface ScriptObservation {
  readonly role: 'loader' | 'SDK' | 'extras'
  readonly url: URL
  readonly response: Response | RequestFailure
}

/** A request that carried a sampled `traceparent`. */
export interface TracedRequest {
  readonly url: URL
  readonly traceId: string
  readonly spanId: string
  readonly response: Response | RequestFailure
}

/** An API on another origin. */
export interface ApiObservation {
  readonly url: URL
  /** Whether `data-propagate-to` has its origin. */
  readonly isListed: boolean
  readonly preflight: Response | RequestFailure
  readonly traced: TracedRequest
}

/** The endpoint that receives the spans of the page. */
export interface RelayObservation {
  readonly url: URL
  /** `undefined` for an endpoint on the page's own origin. */
  readonly preflight: Response | RequestFailure | undefined
  /** The response to an export without spans. */
  readonly empty: Response | RequestFailure
  /** The responses to further exports; `undefined` when the empty one was not accepted. */
  readonly more: RelayAnswers | undefined
}

interface RelayAnswers {
  /** The doctor's own spans. */
  readonly spans: Response | RequestFailure
  /** 100 kB without spans. */
  readonly large: Response | RequestFailure
  /** A gzipped export; `undefined` for an endpoint on another origin. */
  readonly compressed: Response | RequestFailure | undefined
}

/** What the page did in Chromium while it was loaded and clicked. */
export interface BrowserObservation {
  /** Requests by `fetch` and `XMLHttpRequest`, without exports. */
  readonly requests: readonly BrowserRequest[]
  readonly exports: readonly BrowserExport[]
  /** The exported spans. */
  readonly spans: readonly TraceSpan[]
  /** Scripts of the SDK that were not loaded. */
  readonly blockedScripts: readonly BlockedScript[]
  /** Uncaught errors of the SDK. */
  readonly errors: readonly string[]
  /** Steps that were not possible, and why. */
  readonly failedSteps: readonly string[]
  /** Whether the page has the global variable of the script tag. */
  readonly hasHandle: boolean
}

/** A request of the page. */
export interface BrowserRequest {
  /** `load`, or `click` with its selector. */
  readonly step: string
  readonly method: string
  readonly url: URL
  /** `undefined` when it carried no valid `traceparent`. */
  readonly context: ReturnType<typeof parseTraceparent>
}

export interface BlockedScript {
  readonly url: string
  /** As Chromium names it, such as `csp`. */
  readonly reason: string
}

/** An export of the page. */
export interface BrowserExport {
  /** Why there was no response, or its status if that is an error. */
  readonly failure: string | undefined
}

/** The trace of the doctor in the backend. */
export interface TraceObservation {
  readonly url: URL
  /** Why the backend cannot be read; `undefined` when it can. */
  readonly problem: { readonly isReached: boolean; readonly seen: string } | undefined
  readonly traceId: string
  /** Each span once. */
  readonly spans: readonly TraceSpan[]
  /** Further copies of spans. */
  readonly copies: readonly TraceSpan[]
}

/** The requests of the doctor that carried its trace. */
export function sentRequests({
  traced,
  apis,
  repeated,
}: Pick<Target, 'traced' | 'apis' | 'repeated'>): TracedRequest[] {
  return [traced, ...apis.map((api) => api.traced), ...repeated]
}

/** Log lines at an address. */
export interface LogObservation {
  /** The address or file, without credentials. */
  readonly where: string
  /** Why it cannot be read; `undefined` when it can. */
  readonly problem: string | undefined
  /** How many lines have the id of the trace. */
  readonly lineCount: number
  /** The span ids of these lines. */
  readonly spanIds: readonly string[]
}

/** The spans of the chain: all but the doctor's own. */
export function foreignSpans({ spans }: TraceObservation): TraceSpan[] {
  return spans.filter(({ service }) => service !== DOCTOR_SERVICE)
}

import type { Context, Tracer } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import { VERSION } from '@throughline/otel-shared'
import type { Action } from './actions/action.ts'
import { ActionTracker } from './actions/action-tracker.ts'
import { createErrorRecorder, type ErrorRecorder } from './actions/error-recorder.ts'
import type { Gesture } from './actions/gesture.ts'
import { takeLeaveLink } from './actions/leave-link.ts'
import type { FollowingContexts } from './actions/manual-action.ts'
import { type PageLoad, startPageLoad } from './actions/page-load.ts'
import { placeSpan } from './actions/place-span.ts'
import type { TraceInfo } from './actions/trace-info.ts'
import { AsyncContextManager } from './context/async-context-manager.ts'
import { createRejectionMarks, type RejectionMarks } from './context/rejection-marks.ts'
import { TraceClock } from './core/clock.ts'
import { readHtmlTrace } from './core/html-trace.ts'
import { PageIds } from './core/page-ids.ts'
import type { PropagatorHooks } from './core/page-propagator.ts'
import { PageTracerProvider } from './core/page-tracer-provider.ts'
import { createResource } from './core/resource.ts'
import { createPageExporter, type PageExporter } from './export/page-exporter.ts'
import type { HttpParts } from './http/http-parts.ts'
import { ResourceTimings } from './http/resource-timings.ts'
import { isEarlyRequest, type LoaderState } from './loader/loader-state.ts'
import type { TracingOptions } from './options.ts'
import { createPageHttp } from './page-http.ts'
import { readDocument } from './platform/document.ts'
import { guarded } from './platform/guarded.ts'
import { createListeners, type Listeners } from './platform/listeners.ts'
import { capturePageGlobals, type PageGlobals } from './platform/page-globals.ts'
import { type Patches, patchClass, patchMethod, type Restore, unpatchable } from './platform/patch.ts'
import { PageSampler } from './sampling/page-sampler.ts'
import { createRecording, type Recording } from './session/recording.ts'
import type { SettingsHealth } from './tracing.ts'

/** A context manager. Only {@link AsyncContextManager} has the optional methods. */
export interface PageContexts extends FollowingContexts {
  enter?(context: Context, event?: Event): void
}

/** Functions that are set by instrumentations that load later. */
export interface Hooks extends PropagatorHooks {
  /** The part of `health()` that the extras know. */
  settings?: SettingsHealth
  /** Called for every click, with its action. */
  onClick?: (event: Event, action: Action) => void
  /**
   * Follows React. Returns undefined if React was not patched; otherwise a promise of the function that stops following
   * React, or of undefined if the chunk could not be loaded.
   */
  followReact?: () => Promise<Restore | undefined> | undefined
  /** Records the web vitals that have changed. */
  reportVitals?: () => void
}

/**
 * Starts to record one kind of work. Returns a function that stops it and restores the globals that it patched. An
 * instrumentation that throws does not affect the others.
 */
export type Instrumentation = (sdk: PageSdk) => Restore | undefined

/** The SDK of one page: its state and its services. Instrumentations use nothing else. */
export class PageSdk {
  readonly options: TracingOptions
  /** The state of the loader, if the page has one. */
  readonly loader: LoaderState | undefined
  readonly globals: PageGlobals = capturePageGlobals()
  readonly listeners: Listeners = createListeners()
  readonly pageContexts: PageContexts
  readonly rejectionMarks: RejectionMarks = createRejectionMarks()
  readonly clock: TraceClock = new TraceClock()
  readonly ids: PageIds = new PageIds()
  readonly timings: ResourceTimings = new ResourceTimings()
  readonly resource: Resource
  /** The URL to which spans are exported. */
  readonly endpoint: string
  readonly recordingState: Recording
  readonly actions: ActionTracker
  readonly pageLoad: PageLoad
  readonly gesture: Gesture = { action: undefined }
  readonly exporter: PageExporter
  readonly provider: PageTracerProvider
  readonly tracer: Tracer
  readonly http: HttpParts
  readonly errorRecorder: ErrorRecorder
  /** Called with each root span that will be exported, when it ends. */
  readonly traceListeners: Set<(trace: TraceInfo) => void> = new Set()
  readonly hooks: Hooks = {}
  /** Functions that patch the platform, for the extras: they are a bundle of their own, which would contain copies. */
  readonly patches: Patches = { patchClass, patchMethod, unpatchable }

  /**
   * Creates the services and starts the action of the page load. Does not patch anything.
   *
   * @param onGone called when the collector will never accept spans again
   */
  constructor(options: TracingOptions, loader: LoaderState | undefined, onGone: () => void) {
    this.options = options
    this.loader = loader
    this.pageContexts =
      options.contextManager ??
      new AsyncContextManager({
        onRun: this.rejectionMarks.ran,
        onError: (error, context) => this.actions.noteError(error, context),
      })
    this.resource = createResource(options)
    this.endpoint = resolveEndpoint(options.endpoint)
    const recordingState = createRecording(options, loader && loader.sampled_ === '01')
    this.recordingState = recordingState
    this.actions = new ActionTracker(this)
    this.exporter = createPageExporter(this, () => {
      recordingState.kill()
      onGone()
    })
    this.provider = new PageTracerProvider(
      {
        resource: this.resource,
        idGenerator: this.ids,
        sampler: new PageSampler(recordingState),
        spanProcessors: [...(options.spanProcessors ?? []), this.actions, this.exporter.queue],
      },
      this,
      placeSpan,
    )
    this.tracer = this.provider.getTracer('@throughline/otel-web', VERSION)
    this.errorRecorder = createErrorRecorder(this.tracer)
    const html = readHtmlTrace()
    this.pageLoad = startPageLoad({
      actions: this.actions,
      globals: this.globals,
      // If the trace id of the loader differs from that of the HTML, the loader has started a new trace.
      html: loader && html?.traceId !== loader.traceId_ ? undefined : html,
      traceId: loader?.traceId_,
      firstRequestMillis: loader?.log_.find(isEarlyRequest)?.[0],
      links: takeLeaveLink(),
    })
    this.http = createPageHttp(this)
  }

  /** Makes a context active for the rest of the task, or while an event is dispatched. */
  enter(context: Context, event?: Event): void {
    this.pageContexts.enter?.(context, event)
  }

  /** Deletes the waiting and stored spans if consent is denied, otherwise exports them. */
  applyConsent(): void {
    void (this.recordingState.session.consent === 'denied' ? this.exporter.clear() : this.exporter.flush())
  }

  /** Called for each action after its span has ended. */
  onActionEnd(action: Action): void {
    if (!action.isExported || !this.recordingState.isOn()) return
    const trace = { traceId: action.span.spanContext().traceId, name: action.name }
    for (const listener of this.traceListeners) guarded(() => listener(trace))
  }
}

/** Whether the application uses OpenTelemetry's own instrumentation of that name. */
export function isReplaced({ instrumentations = [] }: TracingOptions, name: string): boolean {
  return instrumentations.some(
    ({ instrumentationName }) => instrumentationName === `@opentelemetry/instrumentation-${name}`,
  )
}

/**
 * Resolves the endpoint against the URL of the page and not against its base URL, which a `<base>` may set to another
 * origin. A `srcdoc` frame has no URL that can be used; its base URL is the one of its parent.
 */
function resolveEndpoint(endpoint = '/v1/traces'): string {
  return new URL(endpoint, location.origin === 'null' ? readDocument('baseURI') : location.href).href
}

import {
  type Context,
  type ContextManager,
  type Link,
  ROOT_CONTEXT,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import type { ReadableSpan, Span as SdkSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { ATTR_URL_FULL, ATTR_URL_PATH } from '@opentelemetry/semantic-conventions'
import type { TraceClock } from '../core/clock.ts'
import type { PageIds } from '../core/page-ids.ts'
import { ATTR_ACTION_TYPE, ATTR_URL_TEMPLATE } from '../core/semconv.ts'
import type { PageGlobals } from '../platform/page-globals.ts'
import { Action, type ActionType, type EndReason, getAction } from './action.ts'
import { nameLocation } from './name-location.ts'

const MAX_RECENT = 20

export interface StartActionOptions {
  readonly name: string
  readonly type: ActionType
  /** `performance.now()` of the event. Default: now. */
  readonly startMillis?: number
  /** Context with the parent span. Default: the root context, so the action is a root span. */
  readonly parent?: Context
  readonly links?: Link[]
  /** The URL of the page that the action belongs to. Default: the current URL. */
  readonly url?: Pick<URL, 'href' | 'pathname'>
  /** Ids that the loader has already assigned to the action. */
  readonly ids?: { readonly traceId?: string | undefined; readonly spanId?: string | undefined }
}

export interface ActionTrackerParts {
  readonly clock: TraceClock
  readonly globals: PageGlobals
  readonly pageContexts: ContextManager
  readonly ids: PageIds
  /** The tracker reads it in `start()`, not in its constructor: the provider is created after the tracker. */
  readonly tracer: Tracer
  /** Called for each action after its span has ended. */
  onActionEnd(action: Action): void
}

/** Starts actions, and reports to each action which spans of its context are pending. */
export class ActionTracker implements SpanProcessor {
  /** By span: the action that the span is a descendant of. */
  readonly #owners = new WeakMap<object, Action>()
  /** The actions that have caused something and have not ended. */
  readonly #used = new Set<Action>()
  readonly #actionSpans = new WeakSet<object>()
  readonly #parts: ActionTrackerParts
  readonly #recent: Action[] = []
  /** By error or promise: the action that it came from. */
  readonly #causes = new WeakMap<object, Action>()
  #starting = false

  constructor(parts: ActionTrackerParts) {
    this.#parts = parts
  }

  /** True for the span of an action. Span processors see it before `startSpan` returns, so it is true for any span until then. */
  isAction(span: object): boolean {
    return this.#starting || this.#actionSpans.has(span)
  }

  start(options: StartActionOptions): Action {
    const { name, type, startMillis = performance.now(), parent = ROOT_CONTEXT, links, ids } = options
    const { href, pathname } = options.url ?? location
    const { clock, globals, tracer, ids: pageIds } = this.#parts
    const parentSpan = trace.getSpanContext(parent)
    this.#starting = true
    const span = pageIds.with(ids ?? {}, () =>
      tracer.startSpan(
        name,
        {
          attributes: {
            [ATTR_ACTION_TYPE]: type,
            // Both are redacted when the span is exported.
            [ATTR_URL_FULL]: href,
            [ATTR_URL_PATH]: pathname,
            [ATTR_URL_TEMPLATE]: nameLocation(pathname),
          },
          startTime: clock.at(trace.getSpanContext(parent)?.traceId, startMillis),
          ...(links ? { links } : {}),
        },
        parent,
      ),
    )
    this.#starting = false
    this.#actionSpans.add(span)
    const action: Action = new Action({
      name,
      type,
      isRoot: parentSpan?.traceId !== span.spanContext().traceId || parentSpan.isRemote === true,
      span,
      context: trace.setSpan(parent, span),
      startMillis,
      clock,
      globals,
      onUse: () => void this.#used.add(action),
      onEnd: () => {
        this.#used.delete(action)
        this.#parts.onActionEnd(action)
      },
    })
    this.#recent.push(action)
    if (this.#recent.length > MAX_RECENT) this.#recent.shift()
    return action
  }

  /** The action whose context is active. */
  active(): Action | undefined {
    return getAction(this.#parts.pageContexts.active())
  }

  /** Remembers the action that an error or a promise came from: no context is active in `unhandledrejection`. */
  noteError(error: unknown, context: Context): void {
    const action = getAction(context)
    if (action && typeof error === 'object' && error !== null) this.#causes.set(error, action)
  }

  /** The action that an error or a promise is known to come from. */
  causeOf(error: unknown): Action | undefined {
    return typeof error === 'object' && error !== null ? this.#causes.get(error) : undefined
  }

  /** The most recent actions, ended or not, that `fits` accepts. */
  recent(fits: (action: Action) => boolean): Action[] {
    return this.#recent.filter(fits)
  }

  finishAll(reason: EndReason): void {
    // Children end before their parents, so that a parent no longer waits for a child when it ends itself.
    for (const action of [...this.#used].reverse()) action.finish(reason)
  }

  onStart(span: SdkSpan, parent: Context): void {
    const action = getAction(parent)
    // A span that was started as a new root inside an action is not a child of the action.
    if (!action || action.span.spanContext().traceId !== span.spanContext().traceId) return
    this.#owners.set(span, action)
    action.begin(span)
    action.use()
  }

  onEnd(span: ReadableSpan): void {
    const { traceId } = span.spanContext()
    this.#owners.get(span)?.done(span, this.#parts.clock.pageMillis(traceId, span.endTime))
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {
    this.finishAll('ended')
  }
}

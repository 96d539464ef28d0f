import {
  type Context,
  type ContextManager,
  type HrTime,
  type Link,
  ROOT_CONTEXT,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import type { ReadableSpan, Span as SdkSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { TraceClock } from '../clock.ts'
import type { PageGlobals } from '../page-globals.ts'
import type { PageIds } from '../page-ids.ts'
import { ATTR_ACTION_TYPE } from '../semconv.ts'
import { Action, type ActionType, type EndReason, getAction } from './action.ts'

const MAX_RECENT = 20

export interface StartActionOptions {
  readonly name: string
  readonly type: ActionType
  /** `performance.now()` of the event. Default: now. */
  readonly startMillis?: number
  /** Where it belongs. Default: nowhere, it is a root. */
  readonly parent?: Context
  readonly links?: Link[]
  /** Ids that were given out for it before the SDK was there. */
  readonly ids?: { readonly traceId?: string | undefined; readonly spanId?: string | undefined }
}

/** A root span that will be exported: what `onTrace` tells. */
export interface TraceInfo {
  readonly traceId: string
  readonly name: string
}

export interface ActionTrackerParts {
  readonly clock: TraceClock
  readonly globals: PageGlobals
  readonly contexts: ContextManager
  readonly ids: PageIds
  /** Asked for when it is needed, since the provider needs the tracker first. */
  readonly tracer: () => Tracer
  /** Told of every action whose span ended. */
  readonly onEnd: (action: Action) => void
}

/** Starts actions, and tells each of them which spans of its own context are pending. */
export class ActionTracker implements SpanProcessor {
  readonly #owners = new WeakMap<object, Action>()
  readonly #used = new Set<Action>()
  readonly #actionSpans = new WeakSet<object>()
  readonly #parts: ActionTrackerParts
  readonly #recent: Action[] = []
  readonly #causes = new WeakMap<object, Action>()
  #starting = false

  constructor(parts: ActionTrackerParts) {
    this.#parts = parts
  }

  /** True for the span of an action, from its start on. */
  isAction(span: object): boolean {
    return this.#starting || this.#actionSpans.has(span)
  }

  start(options: StartActionOptions): Action {
    const { name, type, startMillis = performance.now(), parent = ROOT_CONTEXT, links, ids } = options
    const { clock, globals, tracer } = this.#parts
    const parentSpan = trace.getSpanContext(parent)
    this.#starting = true
    const span = this.#parts.ids.with(ids ?? {}, () =>
      tracer().startSpan(
        name,
        {
          attributes: { [ATTR_ACTION_TYPE]: type },
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
      isRoot: parentSpan?.traceId !== span.spanContext().traceId || parentSpan.isRemote === true,
      span,
      context: trace.setSpan(parent, span),
      startMillis,
      clock,
      globals,
      onUse: () => void this.#used.add(action),
      onEnd: () => {
        this.#used.delete(action)
        this.#parts.onEnd(action)
      },
    })
    this.#recent.push(action)
    if (this.#recent.length > MAX_RECENT) this.#recent.shift()
    return action
  }

  /** The action whose context is active. */
  active(): Action | undefined {
    return getAction(this.#parts.contexts.active())
  }

  /** Remembers that an error came out of a request made in `context`: its rejection is heard of without one. */
  noteError(error: unknown, context: Context): void {
    const action = getAction(context)
    if (action && typeof error === 'object' && error !== null) this.#causes.set(error, action)
  }

  /** The action that an error is known to belong to. */
  causeOf(error: unknown): Action | undefined {
    return typeof error === 'object' && error !== null ? this.#causes.get(error) : undefined
  }

  /** A `performance.now()` value in the time of a trace. */
  dateIn(traceId: string, pageMillis: number): HrTime {
    return this.#parts.clock.at(traceId, pageMillis)
  }

  /** Runs `callback` in a task of its own, as no action's work. */
  later(callback: () => void): void {
    this.#parts.globals.setTimeout(callback, 0)
  }

  /** Actions of the last seconds that fit, ended or not. */
  recent(fits: (action: Action) => boolean): Action[] {
    return this.#recent.filter(fits)
  }

  finishAll(reason: EndReason): void {
    for (const action of this.#used) action.finish(reason)
  }

  onStart(span: SdkSpan, parent: Context): void {
    const action = getAction(parent)
    // A span started as a root inside an action is nobody's child.
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

import type { Span } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import { toKeyValues } from '@throughline/otel-shared'
import type { TraceClock } from '../clock.ts'
import { timingAttributes } from '../http/timing-attributes.ts'
import type { TracingOptions } from '../options.ts'
import type { LeaveReason } from '../page/lifecycle.ts'
import type { PageGlobals } from '../page-globals.ts'
import { KeptTraces } from '../session/kept-traces.ts'
import { Delivery } from './delivery.ts'
import { createRedactor } from './redact-attributes.ts'
import { SpanQueue } from './span-queue.ts'

const BATCH_DELAY_MILLIS = 1000
const OFFLINE_DELAY_MILLIS = 100
const SLOW_MILLIS = 5000

export interface PipelineParts {
  readonly options: TracingOptions
  readonly endpoint: string
  readonly resource: Resource
  readonly globals: PageGlobals
  readonly clock: TraceClock
  readonly isAction: (span: object) => boolean
  readonly isRecording: () => boolean
  readonly sessionId: () => string
  /** Runs before spans are taken, to learn what can still be learnt about them. */
  readonly beforeFlush: () => void
  readonly onGone: () => void
}

/** The way of a span from its end to the collector. */
export interface Pipeline {
  readonly queue: SpanQueue
  readonly delivery: Delivery
  flush(): Promise<void>
  /** Sends all there is, open spans too, since the page may be gone at once. */
  leave(reason: LeaveReason): void
  addTiming(span: Span, timing: PerformanceResourceTiming): void
  clear(): Promise<void>
}

export function createPipeline(parts: PipelineParts): Pipeline {
  const { options, endpoint, resource, globals, clock } = parts
  const delivery = new Delivery(
    { endpoint, headers: options.headers ?? {}, globals },
    JSON.stringify({ attributes: toKeyValues(resource.attributes) }),
    { mayStore: options.maxStoredBytes !== 0, mayDeliver: parts.isRecording, onGone: parts.onGone },
  )
  let timer: number | undefined
  const queue = new SpanQueue({
    clock,
    kept: new KeptTraces(options.slowMillis ?? SLOW_MILLIS),
    redactor: createRedactor(options.redact, options.keepQuery),
    endsItself: parts.isAction,
    isRecording: parts.isRecording,
    sessionId: parts.sessionId,
    takeDropped: () => delivery.takeDropped(),
    onLost: (count) => delivery.drop(count, 'overflow'),
    onQueued: () => {
      // What cannot be sent is stored soon: memory goes with the page.
      const delayMillis = navigator.onLine
        ? (options.batchDelayMillis ?? BATCH_DELAY_MILLIS)
        : OFFLINE_DELAY_MILLIS
      timer ??= globals.setTimeout(() => void flush(), delayMillis)
    },
  })
  const flush = () => {
    globals.clearTimeout(timer)
    timer = undefined
    parts.beforeFlush()
    delivery.add(queue.takeEnded())
    return delivery.flush()
  }
  return {
    queue,
    delivery,
    flush,
    leave() {
      parts.beforeFlush()
      delivery.add(queue.takeEnded())
      delivery.add(queue.takeOpen())
      delivery.flushLeaving()
    },
    addTiming: (span, timing) => queue.addLate(span, timingAttributes(timing)),
    async clear() {
      queue.clear()
      await delivery.clear()
    },
  }
}

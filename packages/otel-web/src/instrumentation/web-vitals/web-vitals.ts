import { type Attributes, SpanKind, type Tracer } from '@opentelemetry/api'
import { type Metric, onCLS, onFCP, onINP, onLCP, onTTFB } from 'web-vitals'
import type { Action } from '../../actions/action.ts'
import type { TraceClock } from '../../core/clock.ts'
import { EVENT_BROWSER_WEB_VITAL } from '../../core/semconv.ts'

/** The latest value of each metric. The values may change until the page is hidden. */
export interface WebVitals {
  /** Records the metrics that changed since the last call, as one span that links to the page load. */
  report(): void
}

/**
 * Collects the web vitals with Google's library. They are final only when the page is hidden, long after the page load
 * has ended. So they are events of a separate span that links to it.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/browser/
 */
export function collectWebVitals(tracer: Tracer, clock: TraceClock, pageLoad: Action): WebVitals {
  const unreported = new Map<string, Metric>()
  const note = (metric: Metric) => unreported.set(metric.name, metric)
  for (const on of [onCLS, onFCP, onINP, onLCP, onTTFB]) on(note)
  return {
    report() {
      if (unreported.size === 0) return
      const span = tracer.startSpan('web vitals', {
        root: true,
        kind: SpanKind.INTERNAL,
        links: [{ context: pageLoad.span.spanContext() }],
      })
      for (const metric of unreported.values()) span.addEvent(EVENT_BROWSER_WEB_VITAL, toAttributes(metric))
      unreported.clear()
      span.end(clock.at(span.spanContext().traceId))
    },
  }
}

function toAttributes({ name, value, delta, id, rating, navigationType }: Metric): Attributes {
  return { name: name.toLowerCase(), value, delta, id, rating, navigation_type: navigationType }
}

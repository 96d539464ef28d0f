import { type Attributes, SpanKind, type Tracer } from '@opentelemetry/api'
import { type Metric, onCLS, onFCP, onINP, onLCP, onTTFB } from 'web-vitals'
import type { Action } from '../actions/action.ts'
import type { TraceClock } from '../clock.ts'

/** Latest value of each metric; they go on changing until the page is hidden. */
export interface WebVitals {
  /** Records what has become known since the last time, as one span that links to the page load. */
  report(): void
}

/**
 * Collects the web vitals with Google's library. They are final only when the page is left, long after the page load
 * has ended, so they are events of a span of their own, linked to it.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/browser/
 */
export function collectWebVitals(tracer: Tracer, clock: TraceClock, pageLoad: Action): WebVitals {
  const untold = new Map<string, Metric>()
  const note = (metric: Metric) => untold.set(metric.name, metric)
  for (const on of [onCLS, onFCP, onINP, onLCP, onTTFB]) on(note)
  return {
    report() {
      if (untold.size === 0) return
      const span = tracer.startSpan('web vitals', {
        root: true,
        kind: SpanKind.INTERNAL,
        links: [{ context: pageLoad.span.spanContext() }],
      })
      for (const metric of untold.values()) span.addEvent('browser.web_vital', toAttributes(metric))
      untold.clear()
      span.end(clock.at(span.spanContext().traceId))
    },
  }
}

function toAttributes({ name, value, delta, id, rating, navigationType }: Metric): Attributes {
  return { name: name.toLowerCase(), value, delta, id, rating, navigation_type: navigationType }
}

import { type Context, type Link, type SpanOptions, trace } from '@opentelemetry/api'
import { possibleCauses } from '../context/callbacks/shared-callbacks.ts'
import { ATTR_ATTRIBUTION } from '../core/semconv.ts'
import { getAction } from './action.ts'

/**
 * Decides whether a span stays a child of the action whose context it is started in.
 *
 * - A span that starts after the action has expired, such as a poll that a click started, becomes a root span. It links
 *   to the action if the action is exported.
 * - A span in the context of an action that was not recorded becomes a root span. The click that gives consent is such
 *   an action.
 * - A span that one of several actions caused is a root span with a link to each action that may be the cause.
 */
export function placeSpan(options: SpanOptions, parent: Context): SpanOptions {
  const { links = [] } = options
  const causes = trace.getSpan(parent) ? undefined : possibleCauses(parent)
  if (causes) return { ...options, links: [...links, ...causes.flatMap(linkToCause)] }
  const action = getAction(parent)
  if (!action || (action.isRecorded && !action.expired) || trace.getSpan(parent) !== action.span)
    return options
  return {
    ...options,
    root: true,
    links: action.used && action.isRecorded ? [...links, { context: action.span.spanContext() }] : links,
  }
}

/**
 * Returns a link to the action of a context and marks the action as used, so that it is exported. For a context without
 * an action, returns a link to its active span.
 */
function linkToCause(cause: Context): Link[] {
  const action = getAction(cause)
  action?.use()
  const span = action ? (action.used && action.isRecorded ? action.span : undefined) : trace.getSpan(cause)
  return span ? [{ context: span.spanContext(), attributes: { [ATTR_ATTRIBUTION]: 'possible' } }] : []
}

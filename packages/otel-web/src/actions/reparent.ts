import { type Context, type SpanOptions, trace } from '@opentelemetry/api'
import { getAction } from './action.ts'

/**
 * A span that an action's context starts long after the action (a poll that a click began) is no longer its child:
 * it becomes a root that links to the action, if that was exported. So does what follows an action that was not
 * recorded: the click on "Accept", for instance.
 */
export function reparentExpired(options: SpanOptions, parent: Context): SpanOptions {
  const action = getAction(parent)
  if (!action || (action.isRecorded && !action.expired) || trace.getSpan(parent) !== action.span)
    return options
  const links = options.links ?? []
  return {
    ...options,
    root: true,
    links: action.used && action.isRecorded ? [...links, { context: action.span.spanContext() }] : links,
  }
}

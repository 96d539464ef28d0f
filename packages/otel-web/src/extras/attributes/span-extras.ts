import { type Attributes, type Baggage, type Context, SpanKind } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { ATTR_HTTP_REQUEST_METHOD, ATTR_HTTP_ROUTE, ATTR_URL_FULL } from '@opentelemetry/semantic-conventions'
import { getBaggage, getSpan, MapBaggage, setBaggage } from '@throughline/otel-shared'
import {
  ATTR_ACTION_TYPE,
  ATTR_PAGE_TITLE,
  ATTR_SESSION_ID,
  ATTR_URL_TEMPLATE,
  ATTR_USER_HASH,
  ATTR_USER_ID,
} from '../../core/semconv.ts'
import { timingAttributes } from '../../http/timing-attributes.ts'
import type { Instrumentation } from '../../page-sdk.ts'
import { readDocument } from '../../platform/document.ts'
import { KeptTraces } from '../../sampling/kept-traces.ts'
import { createCommonAttributes } from './common-attributes.ts'
import { operationInUrl, operationOf } from './graphql.ts'

const SLOW_MILLIS = 5000

/**
 * Adds to spans: the page's user and attributes, the title of the page, the phases, the route and the GraphQL operation of
 * a request. Adds the session to the baggage of requests.
 */
export const completeSpans: Instrumentation = (sdk) => {
  const { exporter, hooks, http, loader, options, recordingState } = sdk
  const common = createCommonAttributes(sdk)
  const late = new WeakSet<object>()
  let operation: Attributes | undefined
  http.onSend = ([url, init]) => {
    operation = operationOf(url, init)
  }
  exporter.queue.complete({
    kept: new KeptTraces(options.slowMillis ?? SLOW_MILLIS),
    ...common,
    onStart(span) {
      late.add(span)
      const { attributes, kind } = span as unknown as ReadableSpan
      const type = attributes[ATTR_ACTION_TYPE]
      // Each request sets the operation before its span starts.
      if (kind === SpanKind.CLIENT && operation) {
        span.setAttributes(operation)
        operation = undefined
      }
      // A navigation starts before its page has a title.
      else if (type && type !== 'navigation') span.setAttribute(ATTR_PAGE_TITLE, readDocument('title'))
    },
    describe(span, timing) {
      const { attributes } = span
      const added: Attributes = late.has(span) ? {} : { ...common.current(), ...attributes }
      if (attributes[ATTR_ACTION_TYPE] && attributes[ATTR_URL_FULL] === location.href) {
        added[ATTR_PAGE_TITLE] = readDocument('title')
      }
      if (timing) {
        Object.assign(added, timingAttributes(timing), operationInUrl(timing.name))
        const route = timing.serverTiming?.find(({ name }) => name === ATTR_HTTP_ROUTE)?.description
        // Any other origin could send any route.
        if (route && http.decisionFor(new URL(timing.name)) === 'sent') {
          added[ATTR_URL_TEMPLATE] = route
          // The span may have ended, after which `updateName` does nothing.
          const named: { name: string } = span
          if (span.name === attributes[ATTR_HTTP_REQUEST_METHOD]) named.name += ` ${route}`
        }
      }
      return added
    },
  })
  const isUserSent = options.propagateUser || loader?.script_.hasAttribute('data-propagate-user')
  hooks.addBaggage = (context) => {
    if (!isToOwnOrigin(context)) return context
    const current = isUserSent ? common.current() : {}
    let baggage: Baggage = new MapBaggage(new Map(getBaggage(context)?.getAllEntries()))
    const values = [recordingState.session.id, current[ATTR_USER_ID], current[ATTR_USER_HASH]]
    for (const [index, key] of [ATTR_SESSION_ID, ATTR_USER_ID, ATTR_USER_HASH].entries()) {
      const value = values[index]
      if (value !== undefined) baggage = baggage.setEntry(key, { value: String(value) })
    }
    return setBaggage(context, baggage)
  }
  return () => {
    http.onSend = undefined
  }
}

/** Whether a context is that of a request to the origin of the page. */
function isToOwnOrigin(context: Context): boolean {
  const span = getSpan(context) as Partial<ReadableSpan> | undefined
  const url = span?.kind === SpanKind.CLIENT && span.attributes?.[ATTR_URL_FULL]
  return typeof url === 'string' && url.startsWith(`${location.origin}/`)
}

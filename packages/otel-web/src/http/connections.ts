import { type Span, SpanKind, SpanStatusCode } from '@opentelemetry/api'
import {
  ATTR_ERROR_TYPE,
  ATTR_NETWORK_PROTOCOL_NAME,
  ATTR_URL_FULL,
} from '@opentelemetry/semantic-conventions'
import { patchMethod } from '../context/patch.ts'
import { guarded } from '../guarded.ts'
import type { HttpParts } from './http-call.ts'
import { endHttpSpan, startHttpSpan } from './http-span.ts'

/**
 * Spans for what cannot carry a header: a beacon's hand-over to the browser, and the time until a WebSocket or an
 * EventSource is connected.
 *
 * @returns puts the globals back.
 */
export function traceConnections(parts: HttpParts): () => void {
  const restores = [
    traceBeacons(parts),
    traceConstructor('WebSocket', 'websocket', parts),
    traceConstructor('EventSource', 'sse', parts),
  ]
  return () => {
    for (const restore of restores) restore()
  }
}

function traceBeacons(parts: HttpParts): () => void {
  return patchMethod(Navigator.prototype, 'sendBeacon', (stock) => {
    return function (this: unknown, ...args: unknown[]): unknown {
      const accepted = Reflect.apply(stock, this, args)
      guarded(() => {
        const url = new URL(String(args[0]), document.baseURI)
        if (parts.ignores(url)) return
        const span = startHttpSpan(parts.tracer, 'POST', url, parts.redactUrl, parts.contexts.active())
        const { traceId } = span.spanContext()
        const error = accepted === true ? undefined : new DOMException('', 'QuotaExceededError')
        endHttpSpan(span, parts.clock.at(traceId), error)
      })
      return accepted
    }
  })
}

function traceConstructor(name: 'WebSocket' | 'EventSource', protocol: string, parts: HttpParts): () => void {
  const stock: unknown = window[name]
  if (typeof stock !== 'function') return () => {}
  const spans = new WeakMap<object, Span>()
  // A proxy keeps `instanceof`, the constants, and classes that extend it.
  const traced = new Proxy(stock, {
    construct(target, args, newTarget) {
      const connection: object = Reflect.construct(target, args, newTarget)
      if (connection instanceof EventTarget)
        guarded(() => spans.set(connection, follow(connection, String(args[0]), protocol, parts)))
      return connection
    },
  })
  Object.assign(window, { [name]: traced })
  const unpatch = patchMethod(stock.prototype, 'close', (original) => {
    return function (this: unknown, ...args: unknown[]): unknown {
      const result = Reflect.apply(original, this, args)
      // Before it is open that is an abort: no error, and not always an event.
      const span = spans.get(this as object)
      if (span?.isRecording()) span.end()
      return result
    }
  })
  return () => {
    unpatch()
    if (window[name] === traced) Object.assign(window, { [name]: stock })
  }
}

function follow(connection: EventTarget, address: string, protocol: string, parts: HttpParts): Span {
  const url = new URL(address, document.baseURI)
  const span = parts.tracer.startSpan(
    `connect ${protocol}`,
    {
      kind: SpanKind.CLIENT,
      attributes: { [ATTR_URL_FULL]: parts.redactUrl(url.href), [ATTR_NETWORK_PROTOCOL_NAME]: protocol },
    },
    parts.contexts.active(),
  )
  connection.addEventListener('open', () => span.isRecording() && span.end(), { once: true })
  const onFailure = ({ type }: Event) => {
    if (!span.isRecording()) return
    span.setAttribute(ATTR_ERROR_TYPE, type)
    span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
  }
  connection.addEventListener('error', onFailure, { once: true })
  connection.addEventListener('close', onFailure, { once: true })
  return span
}

import { type Span, SpanKind, SpanStatusCode } from '@opentelemetry/api'
import {
  ATTR_ERROR_TYPE,
  ATTR_NETWORK_PROTOCOL_NAME,
  ATTR_URL_FULL,
} from '@opentelemetry/semantic-conventions'
import type { HttpParts } from '../../http/http-parts.ts'
import { endHttpSpan, startHttpSpan } from '../../http/http-span.ts'
import { readDocument } from '../../platform/document.ts'
import { guarded } from '../../platform/guarded.ts'
import { call, type Patches, type Restore } from '../../platform/patch.ts'
import { platformClass } from '../../platform/platform-class.ts'
import { stopAll } from '../../platform/stop-all.ts'

/**
 * Records spans for requests that cannot carry headers: beacons until the browser accepts them, and WebSockets and
 * EventSources until they are connected.
 *
 * @returns restores the patched globals
 */
export function traceConnections(parts: HttpParts, patches: Patches): () => void {
  const restores = [
    traceBeacons(parts, patches),
    traceConstructor('WebSocket', 'websocket', parts, patches),
    traceConstructor('EventSource', 'sse', parts, patches),
  ]
  return stopAll(restores)
}

function traceBeacons(parts: HttpParts, { patchMethod }: Patches): Restore {
  return patchMethod(Navigator.prototype, 'sendBeacon', (stock, navigator, args) => {
    // Only strings and URLs are read: converting another object here would run its `toString` twice.
    const address = addressOf(args[0])
    const accepted = call(stock, navigator, args)
    guarded(() => {
      const url = address && new URL(address, readDocument('baseURI'))
      if (!url || parts.ignores('POST', url)) return
      const span = startHttpSpan(parts, { method: 'POST', url, context: parts.activeContext() })
      const { traceId } = span.spanContext()
      const error = accepted === true ? undefined : new DOMException('', 'QuotaExceededError')
      endHttpSpan(span, parts.clock.at(traceId), error)
    })
    return accepted
  })
}

function traceConstructor(
  name: 'WebSocket' | 'EventSource',
  protocol: string,
  parts: HttpParts,
  { patchClass, patchMethod }: Patches,
): Restore {
  const { prototype } = platformClass(name) ?? {}
  const spans = new WeakMap<object, Span>()
  const restores = [
    patchClass(name, (build, args) => {
      const address = addressOf(args[0])
      const connection = build(args)
      if (address !== undefined && connection instanceof EventTarget) {
        guarded(() => spans.set(connection, follow(connection, address, protocol, parts)))
      }
      return connection
    }),
    patchMethod(prototype, 'close', (stock, connection, args) => {
      const result = call(stock, connection, args)
      // Closing a connection that is not open yet is an abort. It is not an error, and does not always dispatch an
      // event.
      const span = spans.get(connection as object)
      if (span?.isRecording()) span.end()
      return result
    }),
  ]
  return stopAll(restores)
}

function addressOf(value: unknown): string | undefined {
  return typeof value === 'string' || value instanceof URL ? String(value) : undefined
}

function follow(connection: EventTarget, address: string, protocol: string, parts: HttpParts): Span {
  const url = new URL(address, readDocument('baseURI'))
  // `new WebSocket()` also accepts `http:` and `https:` URLs.
  if (protocol === 'websocket') url.protocol = url.protocol.replace('http', 'ws')
  const span = parts.tracer.startSpan(
    `connect ${protocol}`,
    {
      kind: SpanKind.CLIENT,
      attributes: { [ATTR_URL_FULL]: parts.redactUrl(url.href), [ATTR_NETWORK_PROTOCOL_NAME]: protocol },
    },
    parts.activeContext(),
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

import { isTracingSuppressed } from '@opentelemetry/core'
import type { HttpCall } from '../../http/http-call.ts'
import type { HttpParts } from '../../http/http-parts.ts'
import { addHeaders } from '../../http/request-copy.ts'
import { startHttpCall } from '../../http/start-http-call.ts'
import type { LoaderState } from '../../loader/loader-state.ts'
import { patchTraced } from '../../loader/patch-traced.ts'
import { readDocument } from '../../platform/document.ts'
import { guarded } from '../../platform/guarded.ts'
import { call, type Restore } from '../../platform/patch.ts'
import { textAt, xhrPrototype } from '../../platform/platform-class.ts'
import { stopAll } from '../../platform/stop-all.ts'

interface Opened {
  readonly method: string
  readonly url: string
  /** Request headers that the caller has set, by lower-case name. */
  readonly own: Map<string, string>
}

/**
 * Traces `XMLHttpRequest` like `fetch`. The span ends with `load`, `error`, `abort` or `timeout`.
 *
 * @returns restores the prototype
 */
export function traceXhr(parts: HttpParts, loader?: LoaderState): Restore {
  const opened = new WeakMap<XMLHttpRequest, Opened>()
  /** Requests inside a call of `send()` that adds trace headers. */
  const sending = new WeakSet<XMLHttpRequest>()
  const prototype = xhrPrototype()
  if (!prototype) return () => {}
  const hook = (
    name: 'open' | 'setRequestHeader' | 'send',
    around: (xhr: XMLHttpRequest, args: unknown[], stock: () => unknown) => unknown,
  ) =>
    patchTraced(loader, prototype, name, (original, self, args) => {
      const stock = () => call(original, self, args)
      const isOwn = Object.prototype.isPrototypeOf.call(prototype, self as object)
      return isOwn ? around(self as XMLHttpRequest, args, stock) : stock()
    })
  const restores = [
    hook('open', (xhr, args, stock) => {
      if (args.length < 2) return stock()
      // Converted once, like Web IDL does. If the conversion throws, the platform would throw the same error.
      const method = textAt(args, 0)
      const url = textAt(args, 1)
      const end = parts.xhrCalls.endOf(xhr)
      // Set first: `open()` dispatches `readystatechange`, and a listener may call `send()`.
      opened.set(xhr, { method, url, own: new Map() })
      sending.delete(xhr)
      try {
        stock()
      } catch (error) {
        opened.delete(xhr)
        throw error
      }
      // `open()` aborts a request that is still running, without an event.
      guarded(() => end?.())
      return undefined
    }),
    hook('setRequestHeader', (xhr, args, stock) => {
      if (args.length < 2) return stock()
      const name = textAt(args, 0)
      const value = textAt(args, 1)
      // Set by the patch of another SDK below this one. The platform would combine both values into one, which is
      // invalid.
      if (sending.has(xhr) && /^trace(?:parent|state)$/i.test(name)) return undefined
      const result = stock()
      const own = opened.get(xhr)?.own
      const key = name.toLowerCase()
      const before = own?.get(key)
      own?.set(key, before === undefined ? value : `${before}, ${value}`)
      return result
    }),
    hook('send', (xhr, [body], stock) => {
      // In any other state, or when the request was already sent, `send()` throws.
      const request = xhr.readyState === 1 ? opened.get(xhr) : undefined
      opened.delete(xhr)
      parts.onSend?.([request?.url, { body }])
      const started = request && guarded(() => startSending(parts, xhr, request))
      if (started && 'traceparent' in started.headers && !request.own.has('traceparent')) sending.add(xhr)
      try {
        return stock()
      } catch (error) {
        started?.end(performance.now(), error)
        throw error
      } finally {
        sending.delete(xhr)
        started?.started()
      }
    }),
  ]
  return stopAll(restores.reverse())
}

function startSending(parts: HttpParts, xhr: XMLHttpRequest, request: Opened): HttpCall | undefined | null {
  if (isTracingSuppressed(parts.activeContext())) return undefined
  const url = new URL(request.url, readDocument('baseURI'))
  const started = startHttpCall(parts, { method: request.method, url })
  if (!started) return started
  addHeaders(
    started.headers,
    (name) => request.own.get(name) ?? null,
    // `setRequestHeader` appends a second value to the first, so only the new part is passed.
    (name, value) =>
      xhr.setRequestHeader(name, value.slice(request.own.get(name)?.length ?? 0).replace(/^,/, '')),
  )
  parts.xhrCalls.follow(started, xhr)
  return started
}

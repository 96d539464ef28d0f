import { isTracingSuppressed } from '@opentelemetry/core'
import { patchMethod } from '../context/patch.ts'
import { guarded, type HttpCall, type HttpParts, startHttpCall } from './http-call.ts'

interface Opened {
  readonly method: string
  readonly url: string
  /** The caller sends a traceparent of its own. */
  own: boolean
}

/**
 * Traces `XMLHttpRequest` the same way as `fetch`: the span ends with `load`, or with whatever came in its place.
 *
 * @returns puts the prototype back.
 */
export function traceXhr(parts: HttpParts): () => void {
  const opened = new WeakMap<XMLHttpRequest, Opened>()
  const hook = (
    name: 'open' | 'setRequestHeader' | 'send',
    around: (xhr: XMLHttpRequest, args: readonly unknown[], stock: () => unknown) => unknown,
  ) =>
    patchMethod(XMLHttpRequest.prototype, name, (original) => {
      return function (this: unknown, ...args: unknown[]): unknown {
        const stock = () => Reflect.apply(original, this, args)
        return this instanceof XMLHttpRequest ? around(this, args, stock) : stock()
      }
    })
  const restores = [
    hook('open', (xhr, [method, url], stock) => {
      guarded(() => opened.set(xhr, { method: String(method), url: String(url), own: false }))
      return stock()
    }),
    hook('setRequestHeader', (xhr, [name], stock) => {
      const request = opened.get(xhr)
      if (request && String(name).toLowerCase() === 'traceparent') request.own = true
      return stock()
    }),
    hook('send', (xhr, _, stock) => {
      const request = opened.get(xhr)
      const call = request && guarded(() => startSending(parts, xhr, request))
      try {
        return stock()
      } catch (error) {
        call?.end(performance.now(), error)
        throw error
      } finally {
        call?.started()
      }
    }),
  ]
  return () => {
    for (const restore of restores.reverse()) restore()
  }
}

function startSending(parts: HttpParts, xhr: XMLHttpRequest, request: Opened): HttpCall | undefined {
  if (isTracingSuppressed(parts.contexts.active())) return undefined
  const url = new URL(request.url, document.baseURI)
  const call = startHttpCall(parts, request.method, url)
  if (!call) return undefined
  if (!request.own) {
    for (const name in call.headers) xhr.setRequestHeader(name, call.headers[name] ?? '')
  }
  followXhr(call, xhr, url)
  return call
}

/** Ends the call by what the request tells. */
export function followXhr(call: HttpCall, xhr: XMLHttpRequest, url: URL): void {
  const onHeaders = () => {
    if (xhr.readyState !== XMLHttpRequest.HEADERS_RECEIVED) return
    xhr.removeEventListener('readystatechange', onHeaders)
    // Asking another origin's answer for a header that it does not expose makes Chromium log an error.
    const serverTiming = url.origin === location.origin ? xhr.getResponseHeader('server-timing') : null
    call.answered(xhr.status, serverTiming)
  }
  xhr.addEventListener('readystatechange', onHeaders)
  const end = (error?: unknown) => () => guarded(() => call.end(performance.now(), error))
  xhr.addEventListener('load', end(), { once: true })
  xhr.addEventListener('abort', end(), { once: true })
  xhr.addEventListener('error', end(new DOMException('', 'NetworkError')), { once: true })
  xhr.addEventListener('timeout', end(new DOMException('', 'TimeoutError')), { once: true })
}

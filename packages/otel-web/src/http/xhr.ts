import { isTracingSuppressed } from '@opentelemetry/core'
import { patchMethod } from '../context/patch.ts'
import { guarded } from '../guarded.ts'
import { type HttpCall, type HttpParts, startHttpCall } from './http-call.ts'

interface Opened {
  readonly method: string
  readonly url: string
  /** What the caller sends of its own, in lower case. */
  readonly own: Set<string>
}

/** Ends the call of a request that is on its way. */
const running = new WeakMap<XMLHttpRequest, () => void>()

/**
 * Traces `XMLHttpRequest` the same way as `fetch`: the span ends with `load`, or with whatever came in its place.
 *
 * @returns puts the prototype back.
 */
export function traceXhr(parts: HttpParts): () => void {
  const opened = new WeakMap<XMLHttpRequest, Opened>()
  /** Those that are just being sent with headers of ours. */
  const sending = new WeakSet<XMLHttpRequest>()
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
      guarded(() => {
        opened.set(xhr, { method: String(method), url: String(url), own: new Set() })
        sending.delete(xhr)
        // A request that is still running is dropped, without an event.
        running.get(xhr)?.()
      })
      return stock()
    }),
    hook('setRequestHeader', (xhr, [name], stock) => {
      // Another SDK below ours: two values of one header would be sent as one, which nobody could read.
      if (sending.has(xhr) && /^trace(?:parent|state)$/i.test(String(name))) return undefined
      guarded(() => opened.get(xhr)?.own.add(String(name).toLowerCase()))
      return stock()
    }),
    hook('send', (xhr, _, stock) => {
      // In any other state, and a second time, the platform will refuse it.
      const request = xhr.readyState === XMLHttpRequest.OPENED ? opened.get(xhr) : undefined
      opened.delete(xhr)
      const call = request && guarded(() => startSending(parts, xhr, request))
      if (call && 'traceparent' in call.headers && !request.own.has('traceparent')) sending.add(xhr)
      try {
        return stock()
      } catch (error) {
        call?.end(performance.now(), error)
        throw error
      } finally {
        sending.delete(xhr)
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
  if (!request.own.has('traceparent')) {
    for (const name in call.headers) {
      // Two values of one header would be sent as one.
      if (!request.own.has(name)) xhr.setRequestHeader(name, call.headers[name] ?? '')
    }
  }
  followXhr(call, xhr)
  return call
}

/** Ends the call by what the request tells. */
export function followXhr(call: HttpCall, xhr: XMLHttpRequest): void {
  const over = new AbortController()
  const { signal } = over
  let isAnswered = false
  const end = (error?: unknown) => {
    // The object may send again, with listeners of another call.
    over.abort()
    guarded(() => call.end(performance.now(), error))
  }
  const on = (type: string, listener: () => void) => xhr.addEventListener(type, listener, { signal })
  running.set(xhr, end)
  // A synchronous request is told of once, when all of it is there; without an answer there is no status.
  on('readystatechange', () => {
    if (isAnswered || !xhr.status) return
    isAnswered = true
    call.answered(xhr.status)
  })
  on('load', () => end())
  on('abort', () => end())
  on('error', () => end(new DOMException('', 'NetworkError')))
  on('timeout', () => end(new DOMException('', 'TimeoutError')))
}

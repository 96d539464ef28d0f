import { guarded } from '../platform/guarded.ts'
import type { HttpCall } from './http-call.ts'

/** The calls of `XMLHttpRequest` objects that have been sent. */
export class XhrCalls {
  readonly #ends = new WeakMap<XMLHttpRequest, () => void>()

  /** Returns the function that ends the call of an object, if the object was sent. */
  endOf(xhr: XMLHttpRequest): (() => void) | undefined {
    return this.#ends.get(xhr)
  }

  /** Ends a call with the events of its object. */
  follow(call: HttpCall, xhr: XMLHttpRequest): void {
    const over = new AbortController()
    const { signal } = over
    let isAnswered = false
    const end = (error?: unknown) => {
      // The object may be sent again, with the listeners of another call.
      over.abort()
      guarded(() => call.end(performance.now(), error))
    }
    const on = (type: string, listener: () => void) => xhr.addEventListener(type, listener, { signal })
    this.#ends.set(xhr, end)
    // A synchronous request has one such event, after the whole response. The status is 0 without a response.
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
}

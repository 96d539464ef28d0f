import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { isTracingSuppressed, suppressTracing } from '@opentelemetry/core'
import { followResponse } from '../../http/follow-response.ts'
import type { HttpParts } from '../../http/http-parts.ts'
import { startHttpCall } from '../../http/start-http-call.ts'
import type { LoaderState } from '../../loader/loader-state.ts'
import { patchTraced } from '../../loader/patch-traced.ts'
import { readDocument } from '../../platform/document.ts'
import { guarded } from '../../platform/guarded.ts'
import { call, type Replacement, type Restore } from '../../platform/patch.ts'
import { type AskedRequest, createRequestReader } from './read-request.ts'

/**
 * Traces `fetch` with a CLIENT span that ends with the response body, and adds trace headers for permitted origins. A
 * failure of this code never changes the request.
 *
 * @returns restores `fetch`
 */
export function traceFetch(parts: HttpParts, loader?: LoaderState): Restore {
  const readRequest = createRequestReader()
  let isStopped = false
  const replacement: Replacement = (stock, self, args) => {
    const isOurs = !isStopped && (self == null || self === window)
    if (!isOurs || isTracingSuppressed(parts.activeContext())) return call(stock, self, args)
    parts.onSend?.(args)
    let asked: AskedRequest | undefined
    try {
      asked = readRequest(stock, args)
    } catch (error) {
      // The arguments are invalid, or a getter of the caller throws. The error must read as if `fetch` had thrown it.
      if (error instanceof TypeError) {
        error.message = error.message.replace("construct 'Request'", "execute 'fetch' on 'Window'")
      }
      return Promise.reject(error)
    }
    if (!asked) return call(stock, self, args)
    const { url, method, signal, args: argsWith } = asked
    const started = guarded(() =>
      startHttpCall(parts, { method: String(method), url: new URL(url, readDocument('baseURI')), signal }),
    )
    const given = argsWith(started?.headers ?? {})
    // The patch of another SDK below this one would otherwise record that SDK's own exports, and export those records.
    if (started === null) {
      return context.with(suppressTracing(ROOT_CONTEXT), () => call(stock, self, given))
    }
    const response = call(stock, self, given)
    if (!started) return response
    started.started()
    // A `fetch` that the page has replaced may return anything.
    if (!(response as Promise<Response> | undefined)?.then) return response
    return (response as Promise<Response>).then(
      (answer) => {
        guarded(() => followResponse(parts, started, answer))
        return answer
      },
      (error) => {
        guarded(() => started.end(performance.now(), error))
        throw error
      },
    )
  }
  const restore = patchTraced(loader, window, 'fetch', replacement)
  return () => {
    isStopped = true
    restore()
  }
}

import type { ServerRequest } from '../../core/invocation.ts'
import { endInvocation } from '../../trace/end-invocation.ts'
import { nameByRoute, noteOutcome } from './end-server-span.ts'

// Cache: whether the runtime has the compatibility flag, which is slow to read.
let isSignalEnabled: boolean | undefined

/**
 * Whether `request.signal` reports clients that disconnect: on workerd with the compatibility flag `enable_request_signal`.
 *
 * @see https://developers.cloudflare.com/workers/configuration/compatibility-flags/#enable-requestsignal-for-incoming-requests
 */
export function seesDisconnects(): boolean {
  if (isSignalEnabled === undefined) {
    const { Cloudflare: runtime } = globalThis as {
      Cloudflare?: { compatibilityFlags?: Readonly<Record<string, boolean>> }
    }
    isSignalEnabled = runtime?.compatibilityFlags?.enable_request_signal === true
  }
  return isSignalEnabled
}

/** Ends the span when the client disconnects. The runtime then cancels the handler, which cannot end the span. */
export function endOnDisconnect(server: ServerRequest): void {
  if (!server.span.isRecording() || !seesDisconnects()) return
  server.request.signal.addEventListener('abort', () => {
    if (server.getOutcome) noteOutcome(server, server.getOutcome())
    nameByRoute(server)
    endInvocation(server.invocation, server.span)
  })
}

import type { TraceInfo } from '../actions/trace-info.ts'
import type { PropagationDecision } from '../http/propagation-policy.ts'

/** What debug mode prints to the console. */
export interface DebugConsole {
  onTrace(trace: TraceInfo): void
  onNotSent(url: URL, decision: PropagationDecision): void
}

const DEFAULT_LINK = 'http://localhost:16686/trace/{traceId}'

/** Prints a link to each trace. Prints once for each origin why its requests carry no trace headers. */
export function createDebugConsole(link: string | true, unpatched: readonly string[]): DebugConsole {
  if (unpatched.length > 0) {
    console.info(`[throughline] not traced, because the page has made it read-only: ${unpatched.join(', ')}`)
  }
  const reported = new Set<string>()
  return {
    onTrace({ traceId, name }) {
      const address = (link === true ? DEFAULT_LINK : link).replace('{traceId}', traceId)
      console.info(`[throughline] ${name}: ${address}`)
    },
    onNotSent({ origin }, decision) {
      if (reported.has(origin)) return
      reported.add(origin)
      console.info(`[throughline] no trace headers to ${origin}: ${decision}`)
    },
  }
}

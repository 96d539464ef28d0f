import type { TraceInfo } from '../actions/action-tracker.ts'
import type { PropagationVerdict } from '../http/propagation-policy.ts'

/** What is told on the console in debug mode. */
export interface DebugConsole {
  onTrace(trace: TraceInfo): void
  onNotSent(url: URL, verdict: PropagationVerdict): void
}

const DEFAULT_LINK = 'http://localhost:16686/trace/{traceId}'

/** Prints a link to each trace, and once for each origin why its requests carry no trace headers. */
export function createDebugConsole(link: string | true): DebugConsole {
  const told = new Set<string>()
  return {
    onTrace({ traceId, name }) {
      const address = (link === true ? DEFAULT_LINK : link).replace('{traceId}', traceId)
      console.info(`[throughline] ${name}: ${address}`)
    },
    onNotSent({ origin }, verdict) {
      if (told.has(origin)) return
      told.add(origin)
      console.info(`[throughline] no trace headers to ${origin}: ${verdict}`)
    },
  }
}

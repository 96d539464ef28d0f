import { type Finding, finding } from '../target/finding.ts'
import type { LogObservation, Target } from '../target/target.ts'

/** Each address of logs has lines of the trace, and their spans are those of the trace. */
export function checkLogs({ logs, trace, options }: Target): Finding[] {
  const missing = logs.filter(({ lineCount }) => lineCount === 0)
  const known = new Set(trace?.spans.map(({ spanId }) => spanId.replace('/server', '')))
  const unknown = logs.flatMap((log) => {
    const ids = log.spanIds.filter((id) => !known.has(id))
    return ids.length > 0 ? [`${log.where}: ${ids.slice(0, 3).join(', ')}`] : []
  })
  return [
    ...report(
      'log-missing',
      missing.map((log) => describe(log, options.waitMillis / 1_000)),
      MISSING,
    ),
    // Without the trace, each of them would be unknown.
    ...(known.size > 0 ? report('log-unknown-span', unknown, UNKNOWN) : []),
  ]
}

const MISSING =
  'Let the logger write trace_id and span_id of the active span (pino, zap and others have instrumentations for it), and check the address.'
const UNKNOWN = 'The service logs with a span that it does not export: check its sampler and its exporter.'

function report(id: 'log-missing' | 'log-unknown-span', seen: readonly string[], fix: string): Finding[] {
  return seen.length > 0 ? [finding(id, { seen: seen.join('; '), fix })] : []
}

function describe({ where, problem }: LogObservation, seconds: number): string {
  return `${where}: ${problem ?? `no line with trace id and span id after ${seconds} s`}`
}

import type { TraceSummary } from './api.ts'
import { formatAgo, formatCount, formatDate, formatDuration } from './format.ts'
import { serviceColors } from './service-color.ts'

/** The orders a list of traces can be in. */
export const ORDERS = [
  ['latest', 'Latest first'],
  ['longest', 'Longest first'],
  ['spans', 'Most spans first'],
  ['errors', 'Most errors first'],
] as const

export type Order = (typeof ORDERS)[number][0]

/** Sorts summaries, which come with the latest first. */
export function sortSummaries(summaries: readonly TraceSummary[], order: Order): readonly TraceSummary[] {
  if (order === 'longest') return summaries.toSorted((a, b) => durationNano(b) - durationNano(a))
  if (order === 'spans') return summaries.toSorted((a, b) => b.spanCount - a.spanCount)
  if (order === 'errors') return summaries.toSorted((a, b) => b.errorSpanCount - a.errorSpanCount)
  return summaries
}

/** Traces, one link each. */
export function TraceList({ summaries }: { summaries: readonly TraceSummary[] }) {
  const colorOf = serviceColors(summaries.flatMap(({ services }) => services.map(({ name }) => name)))
  const longest = Math.max(...summaries.map(durationNano), 1)
  return (
    <ol class="traces">
      {summaries.map((summary) => (
        <TraceRow key={summary.traceId} summary={summary} colorOf={colorOf} longest={longest} />
      ))}
    </ol>
  )
}

interface TraceRowProps {
  readonly summary: TraceSummary
  readonly colorOf: (service: string) => string
  readonly longest: number
}

function TraceRow({ summary, colorOf, longest }: TraceRowProps) {
  const startMillis = Number(BigInt(summary.minStartTimeUnixNano) / 1_000_000n)
  return (
    <li>
      <a
        class="trace-row"
        href={`/trace/${summary.traceId}`}
        style={{ '--service': colorOf(summary.rootServiceName), '--share': durationNano(summary) / longest }}
      >
        <span class="trace-name">
          <b>{summary.rootServiceName}</b> {summary.rootOperationName || '(no name)'}
        </span>
        <span class="trace-duration">{formatDuration(durationNano(summary))}</span>
        <span class="trace-services">
          {summary.services.map(({ name, spanCount }) => (
            <span key={name} class="service" style={{ '--service': colorOf(name) }}>
              {name} <small>{spanCount}</small>
            </span>
          ))}
        </span>
        <span class="trace-facts">
          {summary.errorSpanCount > 0 && (
            <span class="badge error">{formatCount(summary.errorSpanCount, 'error')}</span>
          )}
          {summary.orphanSpanCount > 0 && (
            <span class="badge warn" title="Spans whose parent has not arrived">
              {formatCount(summary.orphanSpanCount, 'orphan')}
            </span>
          )}
          <span>{formatCount(summary.spanCount, 'span')}</span>
          <time dateTime={new Date(startMillis).toISOString()} title={formatDate(startMillis)}>
            {formatAgo(startMillis, Date.now())}
          </time>
        </span>
      </a>
    </li>
  )
}

function durationNano({ minStartTimeUnixNano, maxEndTimeUnixNano }: TraceSummary): number {
  return Number(BigInt(maxEndTimeUnixNano) - BigInt(minStartTimeUnixNano))
}

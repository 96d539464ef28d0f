import { isWebVitals } from '../../spans/span-title.ts'
import type { TraceSummary } from '../data/api.ts'
import { formatAgo, formatCount, formatDate, formatDuration } from '../format/format.ts'
import { serviceColors } from '../format/service-color.ts'

/** The sort orders of a list of traces. */
export const ORDERS = [
  ['latest', 'Latest first'],
  ['longest', 'Longest first'],
  ['spans', 'Most spans first'],
  ['errors', 'Most errors first'],
] as const

export type Order = (typeof ORDERS)[number][0]

/** Sorts summaries. The input is sorted by time, latest first. */
export function sortSummaries(summaries: readonly TraceSummary[], order: Order): readonly TraceSummary[] {
  if (order === 'longest') return summaries.toSorted((a, b) => durationNano(b) - durationNano(a))
  if (order === 'spans') return summaries.toSorted((a, b) => b.spanCount - a.spanCount)
  if (order === 'errors') return summaries.toSorted((a, b) => b.errorSpanCount - a.errorSpanCount)
  return summaries
}

interface TraceListProps {
  readonly summaries: readonly TraceSummary[]
  /** The address that a trace links to. Default: its page. */
  readonly addressOf?: (traceId: string) => string
}

/** A list of links to traces. Traces that contain only web vitals are collapsed at the end. */
export function TraceList({ summaries, addressOf = (traceId) => `/trace/${traceId}` }: TraceListProps) {
  const [vitals, others] = partition(summaries)
  return (
    <>
      {others.length > 0 && <Rows summaries={others} addressOf={addressOf} />}
      {vitals.length > 0 && (
        <details class="folded" open={others.length === 0}>
          <summary>{formatCount(vitals.length, 'trace')} of web vitals</summary>
          <Rows summaries={vitals} addressOf={addressOf} />
        </details>
      )}
    </>
  )
}

/** Separates traces that contain only web vitals from all others. */
export function partition(summaries: readonly TraceSummary[]): readonly [TraceSummary[], TraceSummary[]] {
  const isVitals = ({ spanCount, rootOperationName }: TraceSummary) =>
    isWebVitals(spanCount, rootOperationName)
  return [summaries.filter(isVitals), summaries.filter((summary) => !isVitals(summary))]
}

function Rows({ summaries, addressOf }: Required<TraceListProps>) {
  const colorOf = serviceColors(summaries.flatMap(({ services }) => services.map(({ name }) => name)))
  const longest = Math.max(...summaries.map(durationNano), 1)
  return (
    <ol class="traces">
      {summaries.map((summary) => (
        <TraceRow
          key={summary.traceId}
          summary={summary}
          address={addressOf(summary.traceId)}
          colorOf={colorOf}
          longest={longest}
        />
      ))}
    </ol>
  )
}

interface TraceRowProps {
  readonly summary: TraceSummary
  readonly address: string
  readonly colorOf: (service: string) => string
  readonly longest: number
}

function TraceRow({ summary, address, colorOf, longest }: TraceRowProps) {
  const { serviceName, operationName } = summary.pageLoad ?? {
    serviceName: summary.rootServiceName,
    operationName: summary.rootOperationName,
  }
  const startMillis = Number(BigInt(summary.minStartTimeUnixNano) / 1_000_000n)
  return (
    <li>
      <a
        class="trace-row"
        href={address}
        style={{ '--service': colorOf(serviceName), '--share': durationNano(summary) / longest }}
      >
        <span class="trace-name">
          <b>{serviceName}</b> {operationName || '(no name)'}
          {!summary.pageLoad && summary.rootTarget && <span class="target"> {summary.rootTarget}</span>}
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
        {summary.failure && (
          <span class="trace-failure">
            {summary.failure.serviceName} {summary.failure.operationName}: {summary.failure.reason}
          </span>
        )}
      </a>
    </li>
  )
}

function durationNano({ minStartTimeUnixNano, maxEndTimeUnixNano }: TraceSummary): number {
  return Number(BigInt(maxEndTimeUnixNano) - BigInt(minStartTimeUnixNano))
}

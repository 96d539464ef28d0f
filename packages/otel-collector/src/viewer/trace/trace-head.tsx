import { useState } from 'preact/hooks'
import { anyValueText } from '../../spans/any-value-text.ts'
import { failureReason } from '../../spans/failure-reason.ts'
import { ATTR_CLOCK_OFFSET } from '../../spans/semconv.ts'
import { spanTarget } from '../../spans/span-title.ts'
import { formatCount, formatDate, formatDuration } from '../format/format.ts'
import { serviceColors } from '../format/service-color.ts'
import type { CriticalPath } from './critical-path.ts'
import { TimeSpent } from './time-spent.tsx'
import { firstFailure, mainSpan, type TraceTree } from './trace-tree.ts'

interface TraceHeadProps {
  readonly traceId: string
  readonly tree: TraceTree
  readonly path: CriticalPath
  readonly isLive: boolean
  readonly onRefresh: () => Promise<void>
}

/** The summary of a trace: title, duration, counts and start. */
export function TraceHead({ traceId, tree, path, isLive, onRefresh }: TraceHeadProps) {
  const [root] = tree.roots
  const colorOf = serviceColors(tree.services.map(({ name }) => name))
  const offset = root?.span.attributes.find(({ key }) => key === ATTR_CLOCK_OFFSET)
  const startUtc = new Date(tree.startUnixMillis).toISOString()
  const titled = mainSpan(tree)
  const failure = firstFailure(tree)
  const reason = failure && failureReason(failure.span)
  const target = titled && spanTarget(titled.span)
  document.title = `${titled?.span.name ?? 'Trace'} · ${titled?.service ?? traceId}`
  return (
    <div class="trace-head">
      <h1>
        <span class="service" style={{ '--service': colorOf(titled?.service ?? '') }}>
          {titled?.service}
        </span>{' '}
        {titled?.span.name || '(no name)'}
        {target !== undefined && <span class="target"> {target}</span>}
      </h1>
      <ul class="facts">
        <li>
          <b>{formatDuration(tree.durationNano)}</b>
        </li>
        <li>{formatCount(tree.byId.size, 'span')}</li>
        {tree.errorCount > 0 && (
          <li>
            <span class="badge error">{formatCount(tree.errorCount, 'error')}</span>
          </li>
        )}
        {tree.orphanCount > 0 && (
          <li>
            <span class="badge warn" title="Spans whose parent has not arrived">
              {formatCount(tree.orphanCount, 'orphan')}
            </span>
          </li>
        )}
        <li>
          <time dateTime={startUtc} title={startUtc}>
            {formatDate(tree.startUnixMillis)}
          </time>
        </li>
        {offset && (
          <li title="The browser's clock was corrected by this much to agree with the servers'">
            clock corrected by {formatDuration(Number(anyValueText(offset.value)) * 1e6)}
          </li>
        )}
        <li>
          <span class="liveness" role="status">
            {isLive ? (
              <>
                <span class="dot" aria-hidden="true" /> live
              </>
            ) : (
              <button type="button" class="quiet" onClick={() => void onRefresh()}>
                Refresh
              </button>
            )}
          </span>
        </li>
      </ul>
      <ul class="legend" aria-label="Services">
        {tree.services.map(({ name, spanCount, errors }) => (
          <li key={name} class="service" style={{ '--service': colorOf(name) }}>
            {name} <small>{spanCount}</small>
            {errors > 0 && <small class="error-text"> {formatCount(errors, 'error')}</small>}
          </li>
        ))}
      </ul>
      {failure && reason && (
        <p class="trace-failure">
          <a href={`#span-${failure.span.spanId}`}>
            {failure.service} {failure.span.name || '(no name)'}
          </a>
          : {reason}
        </p>
      )}
      <TimeSpent path={path} colorOf={colorOf} />
      <div class="trace-id">
        <code class="id">{traceId}</code>
        <CopyButton text={traceId} />
        <a href={`/trace/${traceId}.json`} download={`trace-${traceId}.json`}>
          Download OTLP JSON
        </a>
        <a href={`/compare/${traceId}`}>Compare</a>
      </div>
    </div>
  )
}

function CopyButton({ text }: { text: string }) {
  const [state, setState] = useState('Copy id')
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setState('Copied')
    } catch {
      // The clipboard needs a secure context. `localhost` is one, but not the address of another machine over HTTP.
      setState('Select the id to copy it')
    }
    setTimeout(() => setState('Copy id'), 2_000)
  }
  return (
    <button type="button" class="quiet" onClick={() => void copy()} aria-live="polite">
      {state}
    </button>
  )
}

import { useState } from 'preact/hooks'
import { anyValueText } from '../any-value-text.ts'
import { formatCount, formatDate, formatDuration } from './format.ts'
import { serviceColors } from './service-color.ts'
import type { Liveness } from './trace-page.tsx'
import type { TraceTree } from './trace-tree.ts'

const CLOCK_OFFSET = 'throughline.clock.offset_ms'

interface TraceHeadProps {
  readonly traceId: string
  readonly tree: TraceTree
  readonly liveness: Liveness
  readonly onRefresh: () => Promise<void>
}

/** What there is to say of a trace as a whole. */
export function TraceHead({ traceId, tree, liveness, onRefresh }: TraceHeadProps) {
  const [root] = tree.roots
  const colorOf = serviceColors(tree.services.map(({ name }) => name))
  const offset = root?.span.attributes.find(({ key }) => key === CLOCK_OFFSET)
  const startUtc = new Date(tree.startUnixMillis).toISOString()
  document.title = `${root?.span.name ?? 'Trace'} · ${root?.service ?? traceId}`
  return (
    <div class="trace-head">
      <h1>
        <span class="service" style={{ '--service': colorOf(root?.service ?? '') }}>
          {root?.service}
        </span>{' '}
        {root?.span.name || '(no name)'}
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
            {liveness === 'live' ? (
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
      <div class="trace-id">
        <code class="id">{traceId}</code>
        <CopyButton text={traceId} />
        <a href={`/trace/${traceId}.json`} download={`trace-${traceId}.json`}>
          Download OTLP JSON
        </a>
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
      // No clipboard without a secure context: localhost is one, another machine's address over HTTP is not.
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

import { useMemo, useState } from 'preact/hooks'
import { fetchTrace, type LiveTrace } from '../data/api.ts'
import { usePolling } from '../data/use-polling.ts'
import { criticalPath } from './critical-path.ts'
import { TraceHead } from './trace-head.tsx'
import { buildTree, mainSpan } from './trace-tree.ts'
import { Waterfall } from './waterfall.tsx'

const EAGER_MILLIS = 700
const PATIENT_MILLIS = 3_000
/** Spans arrive in batches, a second or two apart. After this long without new spans, polling slows down. */
const EAGER_FOR_MILLIS = 15_000
const LIVE_FOR_MILLIS = 60_000

/**
 * Whether spans are expected: `waiting` for the first, `live` while more may arrive, `settled` when polling has
 * stopped.
 */
type Liveness = 'waiting' | 'live' | 'settled'

/** The page of one trace. Polls until the trace has settled. */
export function TracePage({ traceId }: { traceId: string }) {
  const [trace, setTrace] = useState<LiveTrace>()
  const [problem, setProblem] = useState('')
  const [changedAt, setChangedAt] = useState(Date.now)
  const [now, setNow] = useState(Date.now)
  const tree = useMemo(() => trace && buildTree(trace.resourceSpans), [trace])
  const path = useMemo(() => criticalPath(tree && mainSpan(tree)), [tree])
  // Memoised, so that polling without a change does not render thousands of rows.
  const waterfall = useMemo(
    () => tree && <Waterfall traceId={traceId} tree={tree} path={path} />,
    [traceId, tree, path],
  )

  const endMillis = tree ? tree.startUnixMillis + tree.durationNano / 1e6 : undefined
  const quietMillis = now - Math.max(changedAt, 0)
  const isOld = endMillis !== undefined && now - endMillis > LIVE_FOR_MILLIS
  const liveness: Liveness = !tree ? 'waiting' : isOld || quietMillis > LIVE_FOR_MILLIS ? 'settled' : 'live'
  const delayMillis =
    liveness === 'settled' ? undefined : quietMillis > EAGER_FOR_MILLIS ? PATIENT_MILLIS : EAGER_MILLIS

  const poll = async () => {
    try {
      const changed = await fetchTrace(traceId, trace?.etag)
      setProblem('')
      if (changed) setTrace(changed)
      if (changed && changed.resourceSpans.length > 0) setChangedAt(Date.now())
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
    }
    setNow(Date.now())
  }
  usePolling(poll, delayMillis)

  if (!tree) return <Waiting traceId={traceId} problem={problem} sinceMillis={quietMillis} />
  return (
    <main class="trace">
      <TraceHead traceId={traceId} tree={tree} path={path} isLive={liveness === 'live'} onRefresh={poll} />
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {waterfall}
    </main>
  )
}

interface WaitingProps {
  readonly traceId: string
  readonly problem: string
  readonly sinceMillis: number
}

function Waiting({ traceId, problem, sinceMillis }: WaitingProps) {
  return (
    <main class="notice">
      <div class="pulse" aria-hidden="true" />
      <h1 aria-live="polite">Waiting for spans …</h1>
      <p>
        Nothing of trace <code class="id">{traceId}</code> has arrived yet. A page sends its spans when an
        action is over, mostly within seconds; they appear here by themselves.
      </p>
      {sinceMillis > EAGER_FOR_MILLIS && (
        <p>
          It takes long. The trace may not have been sampled, it may be older than what is kept, or the id is
          another one. <a href="/">Search for traces</a>
        </p>
      )}
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </main>
  )
}

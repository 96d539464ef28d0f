import { useRef, useState } from 'preact/hooks'
import { Select } from '../controls/select.tsx'
import { fetchSummaries, type TraceSummary } from '../data/api.ts'
import { usePolling } from '../data/use-polling.ts'
import { formatCount } from '../format/format.ts'
import { SearchControls } from './search-controls.tsx'
import {
  formatForm,
  formProblem,
  LOOKBACKS,
  parseForm,
  type SearchForm,
  toSummariesQuery,
} from './search-query.ts'
import { ORDERS, type Order, partition, sortSummaries, TraceList } from './trace-list.tsx'

const LIVE_MILLIS = 2_000

/** The search page. The list of traces is updated as traces arrive. */
export function SearchPage() {
  const [form, setForm] = useState(() => parseForm(new URLSearchParams(location.search)))
  const [summaries, setSummaries] = useState<readonly TraceSummary[]>()
  const [newer, setNewer] = useState<readonly TraceSummary[]>()
  const [problem, setProblem] = useState('')
  const [isLive, setLive] = useState(true)
  const [order, setOrder] = useState<Order>('latest')
  const list = useRef<HTMLDivElement>(null)
  const runs = useRef(0)

  const search = async (searched: typeof form, isAsked: boolean) => {
    if (formProblem(searched)) return
    const run = ++runs.current
    try {
      const found = await fetchTraces(searched)
      // A newer search has started, so this result is outdated.
      if (run !== runs.current) return
      setProblem('')
      // The list is not updated under the pointer or the focus.
      const isHeld = !isAsked && list.current?.matches(':hover, :focus-within')
      if (JSON.stringify(summaries) === JSON.stringify(found)) setNewer(undefined)
      else if (isHeld && summaries?.length) setNewer(found)
      else show(found)
    } catch (error) {
      if (run === runs.current) setProblem(error instanceof Error ? error.message : String(error))
    }
  }
  const show = (found: readonly TraceSummary[]) => {
    setSummaries(found)
    setNewer(undefined)
  }
  usePolling(() => search(form, false), isLive ? LIVE_MILLIS : undefined)

  // A ref, since the state may be stale: `change` of a field and `click` of a button can come before the next
  // rendering.
  const latestForm = useRef(form)
  const change = (changed: Partial<typeof form>) => {
    const next = { ...latestForm.current, ...changed }
    latestForm.current = next
    setForm(next)
    const query = formatForm(next)
    history.replaceState(null, '', query ? `/?${query}` : '/')
    void search(next, true)
  }

  const invalid = formProblem(form)
  const shown = invalid ? undefined : summaries
  return (
    <main class="search">
      <h1 class="unseen">Search for traces</h1>
      <SearchControls form={form} problem={invalid} onSearch={change} />
      <section class="results" aria-label="Traces found">
        <div class="results-head">
          <h2 aria-live="polite">{shown ? countText(shown) : invalid ? 'Not searched' : 'Searching …'}</h2>
          {newer && shown && (
            <button type="button" class="quiet" onClick={() => show(newer)}>
              Show what is new
            </button>
          )}
          <label>
            <input type="checkbox" checked={isLive} onChange={() => setLive(!isLive)} /> Live
          </label>
          <Select label="Order" isLabelUnseen value={order} options={ORDERS} onChange={setOrder} />
        </div>
        {problem && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <div ref={list}>{shown && <TraceList summaries={sortSummaries(shown, order)} />}</div>
        {shown?.length === 0 && !problem && (
          <NothingFound lookback={form.lookback} isFiltered={formatForm(form) !== ''} />
        )}
      </section>
    </main>
  )
}

function countText(summaries: readonly TraceSummary[]): string {
  const [vitals, others] = partition(summaries)
  return formatCount(others.length || vitals.length, 'trace')
}

/**
 * Fetches up to `limit` traces, and up to as many that contain only web vitals. The server counts both against one limit, so
 * more are requested: otherwise the web vitals that each closed page sends would displace user actions.
 */
async function fetchTraces(form: SearchForm): Promise<readonly TraceSummary[]> {
  const query = toSummariesQuery(form, Date.now())
  query.set('query.searchDepth', String(Number(form.limit) * 3))
  const found = await fetchSummaries(query)
  const [vitals, others] = partition(found)
  const shown = new Set([...others.slice(0, Number(form.limit)), ...vitals.slice(0, Number(form.limit))])
  return found.filter((summary) => shown.has(summary))
}

function NothingFound({ lookback, isFiltered }: { lookback: string; isFiltered: boolean }) {
  const time = LOOKBACKS.find(([minutes]) => minutes === lookback)?.[1] ?? 'time between these two'
  return (
    <div class="notice">
      <p>
        No trace of the {time} matches. {isFiltered && <a href="/">Clear the search</a>}
      </p>
      {!isFiltered && (
        <p>
          Send OTLP over HTTP to this machine, <code>http://localhost:4318/v1/traces</code> unless another
          port was set, and traces appear here by themselves.
        </p>
      )}
    </div>
  )
}

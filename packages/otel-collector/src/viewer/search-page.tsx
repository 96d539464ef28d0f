import { useRef, useState } from 'preact/hooks'
import { fetchSummaries, type TraceSummary } from './api.ts'
import { formatCount } from './format.ts'
import { SearchControls } from './search-controls.tsx'
import { formatForm, parseForm, toSummariesQuery } from './search-query.ts'
import { ORDERS, type Order, sortSummaries, TraceList } from './trace-list.tsx'
import { usePolling } from './use-polling.ts'

const LIVE_MILLIS = 2_000

/** Search for traces; the list follows what arrives. */
export function SearchPage() {
  const [form, setForm] = useState(() => parseForm(new URLSearchParams(location.search)))
  const [summaries, setSummaries] = useState<readonly TraceSummary[]>()
  const [problem, setProblem] = useState('')
  const [isLive, setLive] = useState(true)
  const [order, setOrder] = useState<Order>('latest')
  const list = useRef<HTMLDivElement>(null)

  const search = async (searched = form) => {
    try {
      const found = await fetchSummaries(toSummariesQuery(searched, Date.now()))
      setProblem('')
      setSummaries((before) => (JSON.stringify(before) === JSON.stringify(found) ? before : found))
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
    }
  }
  // A row must not move away from under the pointer or the focus.
  const isHeld = () => list.current?.matches(':hover, :focus-within') ?? false
  usePolling(
    async () => (summaries !== undefined && isHeld() ? undefined : search()),
    isLive ? LIVE_MILLIS : undefined,
  )

  const submit = (next: typeof form) => {
    setForm(next)
    const query = formatForm(next)
    history.replaceState(null, '', query ? `/?${query}` : '/')
    void search(next)
  }

  return (
    <main class="search">
      <h1 class="unseen">Search for traces</h1>
      <SearchControls form={form} onSearch={submit} />
      <section class="results" aria-label="Traces found">
        <div class="results-head">
          <h2 aria-live="polite">
            {summaries === undefined ? 'Searching …' : formatCount(summaries.length, 'trace')}
          </h2>
          <label>
            <input type="checkbox" checked={isLive} onChange={() => setLive(!isLive)} /> Live
          </label>
          <label>
            <span class="unseen">Order</span>
            <select value={order} onChange={(event) => setOrder(event.currentTarget.value as Order)}>
              {ORDERS.map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
          </label>
        </div>
        {problem && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <div ref={list}>{summaries && <TraceList summaries={sortSummaries(summaries, order)} />}</div>
        {summaries?.length === 0 && !problem && <NothingFound otlpHint={!location.search} />}
      </section>
    </main>
  )
}

function NothingFound({ otlpHint }: { otlpHint: boolean }) {
  return (
    <div class="notice">
      <p>No trace matches. {!otlpHint && <a href="/">Clear the search</a>}</p>
      {otlpHint && (
        <p>
          Send OTLP over HTTP to this machine, <code>http://localhost:4318/v1/traces</code> unless another
          port was set, and traces appear here by themselves.
        </p>
      )}
    </div>
  )
}

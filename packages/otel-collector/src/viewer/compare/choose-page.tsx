import { useEffect, useState } from 'preact/hooks'
import { fetchSummaries, fetchTrace, type TraceSummary } from '../data/api.ts'
import { parseForm, toSummariesQuery } from '../search/search-query.ts'
import { TraceList } from '../search/trace-list.tsx'
import { buildTree, mainSpan } from '../trace/trace-tree.ts'

/** The choice of a trace to compare another with: the latest of the last week with the same operation. */
export function ChoosePage({ traceId }: { traceId: string }) {
  const [title, setTitle] = useState('')
  const [others, setOthers] = useState<readonly TraceSummary[]>()
  const [problem, setProblem] = useState('')
  useEffect(() => {
    document.title = 'Compare a trace'
    const load = async () => {
      const trace = await fetchTrace(traceId, undefined)
      const tree = trace && buildTree(trace.resourceSpans)
      const main = tree && mainSpan(tree)
      if (!main) throw new Error(`Trace ${traceId} has no spans.`)
      setTitle(`${main.service} ${main.span.name}`)
      const form = parseForm(new URLSearchParams({ lookback: '10080', limit: '50', service: main.service }))
      const query = toSummariesQuery({ ...form, operation: main.span.name }, Date.now())
      setOthers((await fetchSummaries(query)).filter((summary) => summary.traceId !== traceId))
    }
    load().catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)))
  }, [traceId])
  return (
    <main class="compare">
      <h1>Compare {title || 'a trace'} with …</h1>
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {others?.length === 0 && (
        <p>
          There is no other trace of this operation in the last week. Any two traces can be compared at{' '}
          <code>/compare/first-id/second-id</code>.
        </p>
      )}
      {others && <TraceList summaries={others} addressOf={(other) => `/compare/${traceId}/${other}`} />}
    </main>
  )
}

import { useEffect, useState } from 'preact/hooks'
import { fetchTrace } from '../data/api.ts'
import { formatCount, formatDate, formatDuration, formatOffset } from '../format/format.ts'
import { serviceColors } from '../format/service-color.ts'
import { buildTree, mainSpan, type TraceTree } from '../trace/trace-tree.ts'
import { type ComparedSpan, compareTimes, compareTrees } from './compare-trees.ts'

const MAX_INDENT = 14
const MAX_CAUSES = 3

/** Two traces beside each other: their spans in pairs, and the operations that make the difference. */
export function ComparePage({ traceIds }: { traceIds: readonly [first: string, second: string] }) {
  const [trees, setTrees] = useState<readonly (TraceTree | undefined)[]>()
  const [problem, setProblem] = useState('')
  const [firstId, secondId] = traceIds
  useEffect(() => {
    document.title = 'Two traces compared'
    const fetchTree = async (traceId: string) => {
      const trace = await fetchTrace(traceId, undefined)
      return trace && buildTree(trace.resourceSpans)
    }
    Promise.all([firstId, secondId].map(fetchTree)).then(setTrees, (error: unknown) =>
      setProblem(error instanceof Error ? error.message : String(error)),
    )
  }, [firstId, secondId])

  if (problem) return <Notice title="The traces could not be read" text={problem} />
  if (!trees) return <Notice title="Reading the traces …" />
  const [first, second] = trees
  if (!first) return <Notice title="The first trace has no spans" text={firstId} />
  if (!second) return <Notice title="The second trace has no spans" text={secondId} />
  return <Comparison first={first} second={second} traceIds={traceIds} />
}

function Notice({ title, text }: { title: string; text?: string }) {
  return (
    <main class="notice">
      <h1>{title}</h1>
      {text && <p>{text}</p>}
    </main>
  )
}

interface ComparisonProps {
  readonly first: TraceTree
  readonly second: TraceTree
  readonly traceIds: readonly [first: string, second: string]
}

function Comparison({ first, second, traceIds }: ComparisonProps) {
  const rows = compareTrees(first, second)
  const colorOf = serviceColors([...first.services, ...second.services].map(({ name }) => name))
  const difference = durationOf(second) - durationOf(first)
  const causes = compareTimes(first, second).filter((time) => time.first !== time.second)
  const lacking = (side: 'first' | 'second') => rows.filter((row) => row[side] === undefined).length
  return (
    <main class="compare">
      <h1>
        {mainSpan(first)?.service} {mainSpan(first)?.span.name}: {formatDuration(durationOf(first))} and{' '}
        {formatDuration(durationOf(second))}
      </h1>
      <ul class="facts">
        <li>
          the second took <b>{formatDuration(Math.abs(difference))}</b> {difference < 0 ? 'less' : 'more'}
        </li>
        <li>{formatCount(lacking('second'), 'span')} only in the first</li>
        <li>{formatCount(lacking('first'), 'span')} only in the second</li>
      </ul>
      {causes.length > 0 && (
        <p>
          Largest differences on the critical path:{' '}
          {causes
            .slice(0, MAX_CAUSES)
            .map((time) => `${time.service} ${time.name} ${formatOffset(time.second - time.first)}`)
            .join(', ')}
        </p>
      )}
      <table aria-label="Spans of both traces">
        <thead>
          <tr>
            <th scope="col">Span</th>
            <TraceColumn title="First" traceId={traceIds[0]} tree={first} />
            <TraceColumn title="Second" traceId={traceIds[1]} tree={second} />
            <th scope="col">Difference</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <Row key={index} row={row} colorOf={colorOf} traceIds={traceIds} />
          ))}
        </tbody>
      </table>
    </main>
  )
}

function TraceColumn({ title, traceId, tree }: { title: string; traceId: string; tree: TraceTree }) {
  return (
    <th scope="col">
      <a href={`/trace/${traceId}`}>{title}</a> <small>{formatDate(tree.startUnixMillis)}</small>
    </th>
  )
}

interface RowProps {
  readonly row: ComparedSpan
  readonly colorOf: (service: string) => string
  readonly traceIds: readonly [first: string, second: string]
}

function Row({ row, colorOf, traceIds }: RowProps) {
  const { service, name, depth, first, second } = row
  const difference = first && second ? second.durationNano - first.durationNano : undefined
  return (
    <tr class={first && second ? undefined : 'single'}>
      <td style={{ '--depth': Math.min(depth, MAX_INDENT) }}>
        <span class="service" style={{ '--service': colorOf(service) }}>
          {service}
        </span>{' '}
        {name}
      </td>
      <DurationCell node={first} traceId={traceIds[0]} />
      <DurationCell node={second} traceId={traceIds[1]} />
      <td>
        {difference === undefined
          ? `only in the ${first ? 'first' : 'second'}`
          : difference === 0
            ? '0 ms'
            : formatOffset(difference)}
      </td>
    </tr>
  )
}

function DurationCell({ node, traceId }: { node: ComparedSpan['first']; traceId: string }) {
  return (
    <td>
      {node && (
        <>
          {node.isError && <span class="badge error">error</span>}{' '}
          <a href={`/trace/${traceId}#span-${node.span.spanId}`}>{formatDuration(node.durationNano)}</a>
        </>
      )}
    </td>
  )
}

function durationOf(tree: TraceTree): number {
  return mainSpan(tree)?.durationNano ?? tree.durationNano
}

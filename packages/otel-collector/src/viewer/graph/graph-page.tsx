import { useState } from 'preact/hooks'
import { Select } from '../controls/select.tsx'
import { type Dependency, fetchDependencies } from '../data/api.ts'
import { usePolling } from '../data/use-polling.ts'
import { serviceColors } from '../format/service-color.ts'
import { LOOKBACKS } from '../search/search-query.ts'
import { type GraphNode, layOutServices } from './graph-layout.ts'

const POLL_MILLIS = 5_000
const COLUMN = 210
const ROW = 74
const WIDTH = 150
const HEIGHT = 38

/** The page of calls between services, as a picture and as a table. */
export function GraphPage() {
  const [lookback, setLookback] = useState('60')
  const [dependencies, setDependencies] = useState<readonly Dependency[]>()
  const [problem, setProblem] = useState('')
  const load = async (minutes = lookback) => {
    try {
      setDependencies(await fetchDependencies(Number(minutes) * 60_000))
      setProblem('')
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
    }
  }
  usePolling(load, POLL_MILLIS)
  return (
    <main class="graph">
      <div class="results-head">
        <h1>Services</h1>
        <Select
          label="Time"
          isLabelUnseen
          value={lookback}
          options={LOOKBACKS}
          onChange={(minutes) => {
            setLookback(minutes)
            void load(minutes)
          }}
        />
      </div>
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {dependencies?.length === 0 && <p class="notice">No service called another one in this time.</p>}
      {dependencies && dependencies.length > 0 && (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <section class="graph-picture" aria-label="Picture of the services" tabIndex={0}>
            <Picture dependencies={dependencies} />
          </section>
          <table>
            <caption class="unseen">Calls between services</caption>
            <thead>
              <tr>
                <th scope="col">Caller</th>
                <th scope="col">Called</th>
                <th scope="col">Calls</th>
              </tr>
            </thead>
            <tbody>
              {dependencies.map(({ parent, child, callCount }) => (
                <tr key={`${parent} ${child}`}>
                  <td>
                    <a href={`/?${new URLSearchParams({ service: parent })}`}>{parent}</a>
                  </td>
                  <td>
                    <a href={`/?${new URLSearchParams({ service: child })}`}>{child}</a>
                  </td>
                  <td>{callCount.toLocaleString('en')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </main>
  )
}

function Picture({ dependencies }: { dependencies: readonly Dependency[] }) {
  const nodes = layOutServices(dependencies)
  const byName = new Map(nodes.map((node) => [node.name, node]))
  const colorOf = serviceColors(nodes.map(({ name }) => name))
  const width = Math.max(...nodes.map(({ column }) => column)) * COLUMN + WIDTH + 4
  const height = Math.max(...nodes.map(({ row }) => row)) * ROW + HEIGHT + 4
  return (
    <svg width={width} height={height} viewBox={`-2 -2 ${width} ${height}`} aria-hidden="true">
      <defs>
        <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M0 0L8 4L0 8z" class="arrow" />
        </marker>
      </defs>
      {dependencies.map(({ parent, child, callCount }) => {
        const from = byName.get(parent)
        const to = byName.get(child)
        return from && to && <Edge key={`${parent} ${child}`} from={from} to={to} callCount={callCount} />
      })}
      {nodes.map(({ name, column, row }) => (
        <g
          key={name}
          transform={`translate(${column * COLUMN} ${row * ROW})`}
          style={{ '--service': colorOf(name) }}
        >
          <rect class="node" width={WIDTH} height={HEIGHT} rx="7" />
          <rect class="node-color" width="5" height={HEIGHT - 12} x="7" y="6" rx="2.5" />
          <text x="20" y={HEIGHT / 2 + 4.5}>
            {name.length > 17 ? `${name.slice(0, 16)}…` : name}
          </text>
          <title>{name}</title>
        </g>
      ))}
    </svg>
  )
}

function Edge({ from, to, callCount }: { from: GraphNode; to: GraphNode; callCount: number }) {
  const isBack = to.column <= from.column
  const x1 = from.column * COLUMN + (isBack ? WIDTH / 2 : WIDTH)
  const y1 = from.row * ROW + (isBack ? HEIGHT : HEIGHT / 2)
  const x2 = to.column * COLUMN + (isBack ? WIDTH / 2 : -1)
  const y2 = to.row * ROW + (isBack ? HEIGHT : HEIGHT / 2)
  const bend = isBack ? `${x1} ${y1 + 30} ${x2} ${y2 + 30}` : `${(x1 + x2) / 2} ${y1} ${(x1 + x2) / 2} ${y2}`
  return (
    <>
      <path class="edge" d={`M${x1} ${y1}C${bend} ${x2} ${y2}`} marker-end="url(#arrow)" />
      <text class="edge-label" x={(x1 + x2) / 2} y={(y1 + y2) / 2 - 5 + (isBack ? 26 : 0)}>
        {callCount.toLocaleString('en')}
      </text>
    </>
  )
}

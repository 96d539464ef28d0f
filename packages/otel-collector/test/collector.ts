import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Collector, type CollectorOptions, startCollector } from '../src/index.ts'

/** A collector on free ports that is stopped when the test is over. */
export async function startTestCollector(options: CollectorOptions = {}): Promise<Collector> {
  const collector = await startCollector({ otlpPort: 0, uiPort: 0, ...options })
  onTestFinished(() => collector.shutdown())
  return collector
}

/** The path of a database that is deleted when the test is over. */
export function temporaryDatabase(): string {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-collector-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'traces.sqlite')
}

/** A response of the query API. */
export interface JsonAnswer {
  readonly status: number
  readonly body: unknown
}

/** Reads JSON from the UI's port. */
export async function getJson(collector: Collector, path: string): Promise<JsonAnswer> {
  const response = await fetch(`${collector.uiUrl}${path}`)
  return { status: response.status, body: await response.json() }
}

/** How many spans are stored, of all traces. */
export async function countStoredSpans(collector: Collector): Promise<number> {
  const query = new URLSearchParams({
    'query.startTimeMin': '1970-01-01T00:00:00Z',
    'query.startTimeMax': '2262-01-01T00:00:00Z',
    'query.searchDepth': '1500',
  })
  const { body } = await getJson(collector, `/api/v3/trace-summaries?${query}`)
  return (body as { summaries: { spanCount: number }[] }).summaries.reduce(
    (sum, { spanCount }) => sum + spanCount,
    0,
  )
}

import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { displayUrl } from '../../http/display-url.ts'
import { RequestFailure } from '../../http/failure.ts'
import { trySend } from '../../http/request.ts'
import type { DoctorOptions } from '../target/options.ts'
import type { LogObservation } from '../target/target.ts'

const MAX_READS = 30
/** Of a name such as `span_id`, `spanId`, `spanID` and `span.id`, with or without quotes, and escaped quotes. */
const SPAN_ID = /span[_.-]?id\W{1,8}([0-9a-f]{16})(?![0-9a-f])/gi

/** Reads the log lines of a trace at each address, until there are some or the time is over. */
export function observeLogs(traceId: string, options: DoctorOptions): Promise<LogObservation[]> {
  return Promise.all(options.logs.map((address) => observe(address, traceId, options)))
}

async function observe(
  address: string,
  traceId: string,
  { timeoutMillis, waitMillis }: DoctorOptions,
): Promise<LogObservation> {
  const name = address.replaceAll('{traceId}', traceId)
  const isUrl = /^https?:/i.test(name) && URL.canParse(name)
  const where = isUrl ? displayUrl(name) : name
  const endMillis = Date.now() + Math.max(waitMillis, timeoutMillis)
  let problem: string | undefined
  for (let count = 0; count < MAX_READS && Date.now() < endMillis; count++) {
    const read = await (isUrl ? readUrl(new URL(name), timeoutMillis) : readText(name))
    problem = typeof read === 'string' ? undefined : read.problem
    const lines = typeof read === 'string' ? linesOf(read, traceId) : []
    if (lines.length > 0) return { where, problem, lineCount: lines.length, spanIds: spanIdsOf(lines) }
    await delay(waitMillis / MAX_READS)
  }
  return { where, problem, lineCount: 0, spanIds: [] }
}

interface Unreadable {
  readonly problem: string
}

async function readUrl(url: URL, timeoutMillis: number): Promise<string | Unreadable> {
  const response = await trySend({ url, headers: { accept: 'application/json, text/plain' }, timeoutMillis })
  if (response instanceof RequestFailure) return { problem: response.message }
  return response.status === 200 ? response.body : { problem: `status ${response.status}` }
}

async function readText(file: string): Promise<string | Unreadable> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    return { problem: error instanceof Error && 'code' in error ? String(error.code) : String(error) }
  }
}

/** Lines with the id of the trace. A query API can repeat the query in its answer, without a span id. */
function linesOf(text: string, traceId: string): string[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.toLowerCase().includes(traceId) && line.search(SPAN_ID) >= 0)
}

function spanIdsOf(lines: readonly string[]): string[] {
  const ids = lines.flatMap((line) => Array.from(line.matchAll(SPAN_ID), ([, id = '']) => id.toLowerCase()))
  return [...new Set(ids)]
}

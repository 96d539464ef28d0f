import { cpus } from 'node:os'
import type { MemorySample } from './memory.ts'
import type { OutageResult } from './outage.ts'
import { LABELS, VERSIONS } from './peers.ts'
import type { ThroughputRow } from './throughput.ts'

export interface BenchResults {
  readonly sizes: ReadonlyMap<string, number>
  readonly coldStart: ReadonlyMap<string, number>
  readonly throughput: readonly ThroughputRow[]
  readonly outage: OutageResult
  readonly memory: ReadonlyMap<string, readonly MemorySample[]>
  readonly rounds: number
  readonly seconds: number
}

const HANDLERS: Readonly<Record<string, string>> = { '/hello/x': 'hello', '/fetch/x': 'awaits one fetch' }
const labelOf = (name: string) => LABELS[name] ?? name

/** The whole page of results. */
export function formatReport(results: BenchResults): string {
  const { sizes, coldStart, throughput, outage, memory, rounds, seconds } = results
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim()}), shared with other work`
  const bareBytes = sizes.get('bare') ?? 0
  return `# The edge SDK beside its peers

Written by \`npm run bench:edge\` on ${new Date().toISOString().slice(0, 10)}: \`workerd serve\` without a proxy, Node ${process.version}, ${machine}.
Do not edit: the command overwrites this page. \`npm run bench:edge -- --quick\` prints ours alone in a few minutes; [bench/edge](../bench/edge/README.md) says how to run a part of it.

Load: 16 keep-alive connections from one Node process. The collector, which unpacks and counts, the load and both workers share the cores. The machine is shared with other work, too: compare the ratios and the CPU time, not the requests a second.

## Requests

${rounds} interleaved pairs of ${seconds} s each, the worker and bare Hono in turn, in processes started anew for every second pair and warm for four seconds; medians. "Of bare" is the median of the pairs' ratios of requests a second. CPU is that of the whole process, in µs a request, bare Hono's of the same pairs in brackets, as is its p99.

${formatGrid(
  [
    'handler',
    'sampling',
    'worker',
    'of bare',
    'requests/s (bare)',
    'CPU µs (bare)',
    'p99 ms (bare)',
    'POSTs per 1,000',
    'spans delivered per request',
  ],
  throughput.map((row) => [
    HANDLERS[row.path] ?? row.path,
    `${row.ratio * 100} %`,
    labelOf(row.worker),
    row.ofBare.toFixed(2),
    `${row.requestsPerSecond} (${row.bareRequestsPerSecond})`,
    `${row.cpuMicros} (${row.bareCpuMicros})`,
    `${row.p99Millis} (${row.bareP99Millis})`,
    String(row.postsPer1000),
    row.worker === 'sentry' ? 'own format' : String(row.spansPerRequest),
  ]),
)}

## Size

Bundled by esbuild, minified, gzip -9, over bare Hono's ${bareBytes} B. Ours has every binding, both encodings and all propagators in it; the minimal entry (\`@throughline/otel-edge/minimal\`) leaves out the bindings that are not other workers, protobuf, and the propagators \`b3\`, \`b3multi\` and \`jaeger\`. \`@opentelemetry/api\` is not in ours unless the app imports it.

${formatGrid(
  ['worker', 'bytes'],
  [...sizes]
    .filter(([name]) => name !== 'bare')
    .map(([name, bytes]) => [labelOf(name), String(bytes - bareBytes)]),
)}

## Cold start

From the start of the runtime to the first answer, medians.

${formatGrid(
  ['worker', 'ms'],
  [...coldStart].map(([name, millis]) => [labelOf(name), String(millis)]),
)}

## Memory

Resident memory of the process under load, everything sampled.

${formatGrid(
  ['worker', 'MB after the first requests', 'MB at the end', 'requests'],
  [...memory].map(([name, samples]) => {
    const [first, last] = [samples[0], samples.at(-1)]
    return [
      labelOf(name),
      `${first?.megabytes} (${first?.requests})`,
      `${last?.megabytes}`,
      `${last?.requests}`,
    ]
  }),
)}

## A collector in trouble

20 requests a second to ours; the collector works for 5 s, refuses connections for 5 s, works, hangs for 20 s, works.

${formatGrid(
  ['phase', 'answers', 'p50 ms', 'longest ms'],
  outage.phases.map(({ name, answers, p50Millis, maxMillis }) => [
    name,
    String(answers),
    String(p50Millis),
    String(maxMillis),
  ]),
)}

Lost: ${outage.lost} of ${outage.sent} spans.

## Versions

${VERSIONS.map((version) => `- ${version}`).join('\n')}
`
}

function formatGrid(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)].join(
    '\n',
  )
}

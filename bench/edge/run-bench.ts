import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundle } from './build.ts'
import { measureColdStart } from './cold-start.ts'
import { measureMemory } from './memory.ts'
import { measureOutage } from './outage.ts'
import { PEERS } from './peers.ts'
import { formatReport } from './report.ts'
import { measureThroughput } from './throughput.ts'

const REPORT = join(import.meta.dirname, '../../docs/benchmarks-edge.md')
const BASE_PORT = Number(process.env.BASE_PORT ?? 18_100)

/**
 * Runs every measure and writes docs/benchmarks-edge.md.
 *
 * @param args `--quick` (ours only, short runs, printed), `--rounds=7`, `--seconds=1.5`, `--memory=1000000` requests of
 *   ours and of bare Hono, `--peers-memory=100000` of the peers, which take many times as long.
 */
export async function runBench(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      memory: { type: 'string' },
      'peers-memory': { type: 'string' },
    },
  })
  const { quick } = values
  const workers = quick ? ['throughline'] : PEERS
  const rounds = Number(values.rounds ?? (quick ? 2 : 7))
  const seconds = Number(values.seconds ?? (quick ? 0.5 : 1.5))

  const sizes = new Map<string, number>()
  for (const name of ['bare', 'throughline', 'throughline-minimal', ...workers]) {
    sizes.set(name, (await bundle(name)).gzipBytes)
  }
  const coldStart = await measureColdStart(['bare', ...workers], quick ? 2 : 9, BASE_PORT)
  const throughput = await measureThroughput(
    {
      workers,
      ratios: [1, 0.01, 0],
      paths: ['/hello/x', '/fetch/x'],
      rounds,
      seconds,
      basePort: BASE_PORT + 100,
      pin: '',
    },
    ({ worker, path, ratio, ofBare, cpuMicros, bareCpuMicros }) =>
      console.log(`${worker} ${path} at ${ratio}: ${ofBare} of bare, ${cpuMicros} µs (${bareCpuMicros})`),
  )
  const outage = await measureOutage(BASE_PORT + 200)
  console.log(`outage: ${outage.lost} of ${outage.sent} spans lost`)
  const memory = new Map<string, Awaited<ReturnType<typeof measureMemory>>>()
  for (const [index, name] of ['bare', ...workers].entries()) {
    const isOurs = name === 'bare' || name === 'throughline'
    const total = isOurs
      ? Number(values.memory ?? (quick ? 20_000 : 1_000_000))
      : Number(values['peers-memory'] ?? 100_000)
    const samples = await measureMemory(name, total, BASE_PORT + 300 + 2 * index)
    memory.set(name, samples)
    console.log(`memory of ${name}: ${samples.map(({ megabytes }) => megabytes).join(', ')} MB`)
  }
  const report = formatReport({ sizes, coldStart, throughput, outage, memory, rounds, seconds })
  if (quick) console.log(report)
  else {
    writeFileSync(REPORT, report)
    // Tables of even width, as the repository's check wants every file.
    spawnSync('biome', ['format', '--write', REPORT], { stdio: 'inherit' })
    console.log(`written: ${REPORT}`)
  }
}

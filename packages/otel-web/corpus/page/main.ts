import type { ContextManager } from '@opentelemetry/api'
import { Bench, type Check, Flow, NOBODY, type Pattern } from '../flow.ts'
import { all } from '../patterns/all.ts'
import { COPIES, startBackground } from '../patterns/shared.ts'

/** What one run saw. */
export interface RunResult {
  readonly checks: Check[]
  /** What was active in tasks and microtasks that belong to no flow. */
  readonly leaks: string[]
  readonly failures: string[]
  readonly patterns: string[]
}

/** Taken before anything was patched. */
interface NativeTimers {
  readonly setTimeout: (callback: () => void, millis: number) => unknown
  readonly setInterval: (callback: () => void, millis: number) => number
  readonly clearInterval: (timer: number) => void
}

declare global {
  interface Window {
    nativeTimers: NativeTimers
    runCorpus: typeof runCorpus
    runAlone: typeof runAlone
  }
}

/** Runs every pattern several times, all at once, each under a root of its own, while polls of nobody go on. */
function runCorpus(manager: ContextManager): Promise<RunResult> {
  return run(manager, all, startPolls)
}

/** Runs the patterns one after the other, each under a context manager of its own, in a page that does nothing else. */
async function runAlone(makeManager: () => ContextManager): Promise<RunResult> {
  const results: RunResult[] = []
  for (const pattern of all) results.push(await run(makeManager(), [pattern], () => () => {}))
  return {
    checks: results.flatMap(({ checks }) => checks),
    leaks: results.flatMap(({ leaks, patterns }) => leaks.map((leak) => `${patterns[0]}: ${leak}`)),
    failures: results.flatMap(({ failures }) => failures),
    patterns: results.flatMap(({ patterns }) => patterns),
  }
}

type StartPolls = (unrelated: (where: string) => void) => () => void

/** What goes on in a page and belongs to nobody. */
const startPolls: StartPolls = (unrelated) => {
  const interval = setInterval(() => {
    unrelated('interval')
    void fetch('/json?poll').then(() => unrelated('poll'))
  }, 7)
  return () => clearInterval(interval)
}

async function run(
  manager: ContextManager,
  patterns: readonly Pattern[],
  startNoise: StartPolls,
): Promise<RunResult> {
  const leaks: string[] = []
  const failures: string[] = []
  manager.enable()
  const bench = new Bench(manager)
  const unrelated = (where: string) => {
    const seen = bench.seen()
    if (seen !== NOBODY) leaks.push(`${where}: ${seen}`)
  }
  const stopBackground = patterns.some(({ needsBackground }) => needsBackground)
    ? startBackground()
    : () => {}
  // Taken before anything was patched: a task that no manager can know about.
  const { setInterval: nativeSetInterval, clearInterval: nativeClearInterval } = window.nativeTimers
  const native = nativeSetInterval(() => unrelated('native interval'), 1)
  const stopNoise = startNoise(unrelated)
  const runs = patterns.flatMap((pattern) =>
    Array.from({ length: COPIES }, async (_, copy) => {
      const flow = new Flow(bench, pattern.name, `${pattern.name} #${copy}`)
      try {
        const work = bench.with(flow.name, () => pattern.run(flow))
        await Promise.race([work, timeOut()])
      } catch (error) {
        failures.push(`${flow.name}: ${error}`)
      }
      unrelated(`after ${flow.name}`)
    }),
  )
  unrelated('started')
  await Promise.all(runs)
  unrelated('all done')
  await nativeSleep(30)
  unrelated('afterwards')
  stopBackground()
  stopNoise()
  nativeClearInterval(native)
  await new Promise((resolve) => requestAnimationFrame(resolve))
  unrelated('next frame')
  await nativeSleep(5)
  manager.disable()
  return { checks: bench.checks, leaks, failures, patterns: patterns.map(({ name }) => name) }
}

/** Without scheduling anything that a context manager would hear of. */
function nativeSleep(millis: number): Promise<void> {
  return new Promise((resolve) => window.nativeTimers.setTimeout(resolve, millis))
}

async function timeOut(): Promise<never> {
  await nativeSleep(20_000)
  throw new Error('timed out')
}

Object.assign(window, { runCorpus, runAlone })

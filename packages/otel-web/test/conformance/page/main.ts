import type { ContextManager } from '@opentelemetry/api'
import { Bench, type Check, Flow, NO_OWNER, type Pattern } from '../flow.ts'
import { all } from '../patterns/all.ts'
import { COPIES, startBackground } from '../patterns/shared.ts'

/** The result of one run. */
export interface RunResult {
  readonly checks: Check[]
  /** The contexts that were active in tasks and microtasks of no flow. */
  readonly leaks: string[]
  readonly failures: string[]
  readonly patterns: string[]
}

/** Read before any function is patched. */
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

/** Runs every pattern several times concurrently, each with its own root, while polls without a flow run. */
function runCorpus(manager: ContextManager, isTraced = false): Promise<RunResult> {
  return run(manager, all, startPolls, isTraced)
}

/** Runs the patterns one after the other, each with its own context manager, in a page without other work. */
async function runAlone(makeManager: () => ContextManager, isTraced = false): Promise<RunResult> {
  const results: RunResult[] = []
  for (const pattern of all) results.push(await run(makeManager(), [pattern], () => () => {}, isTraced))
  return {
    checks: results.flatMap(({ checks }) => checks),
    leaks: results.flatMap(({ leaks, patterns }) => leaks.map((leak) => `${patterns[0]}: ${leak}`)),
    failures: results.flatMap(({ failures }) => failures),
    patterns: results.flatMap(({ patterns }) => patterns),
  }
}

type StartPolls = (unrelated: (where: string) => void) => () => void

/** Background work of a page that belongs to no flow. */
const startPolls: StartPolls = (unrelated) => {
  let isPolling = false
  const poll = async () => {
    isPolling = true
    await fetch('/json?poll')
    unrelated('poll')
    isPolling = false
  }
  const interval = setInterval(() => {
    unrelated('interval')
    // On a slow machine, polls that overlap would take every connection of the browser.
    if (!isPolling) void poll()
  }, 7)
  return () => clearInterval(interval)
}

async function run(
  manager: ContextManager,
  patterns: readonly Pattern[],
  startNoise: StartPolls,
  isTraced: boolean,
): Promise<RunResult> {
  const leaks: string[] = []
  const failures: string[] = []
  manager.enable()
  const bench = new Bench(manager, isTraced)
  const unrelated = (where: string) => {
    const seen = bench.seen()
    if (seen !== NO_OWNER) leaks.push(`${where}: ${seen}`)
  }
  const stopBackground = patterns.some(({ needsBackground }) => needsBackground)
    ? startBackground()
    : () => {}
  // The native function creates a task that no manager knows.
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

/** Waits without scheduling anything that a context manager observes. */
function nativeSleep(millis: number): Promise<void> {
  return new Promise((resolve) => window.nativeTimers.setTimeout(resolve, millis))
}

async function timeOut(): Promise<never> {
  await nativeSleep(120_000)
  throw new Error('timed out')
}

Object.assign(window, { runCorpus, runAlone })

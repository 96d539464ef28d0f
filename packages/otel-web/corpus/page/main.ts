import type { ContextManager } from '@opentelemetry/api'
import { Bench, type Check, Flow, NOBODY, sleep } from '../flow.ts'
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
  }
}

/** Runs every pattern several times, all at once, each under a root of its own, while polls of nobody go on. */
async function runCorpus(manager: ContextManager, only?: string): Promise<RunResult> {
  const leaks: string[] = []
  const failures: string[] = []
  const patterns = all.filter(({ name }) => only === undefined || name.includes(only))
  manager.enable()
  const bench = new Bench(manager)
  const unrelated = (where: string) => {
    const seen = bench.seen()
    if (seen !== NOBODY) leaks.push(`${where}: ${seen}`)
  }
  const stopBackground = startBackground()
  // Taken before anything was patched: a task that no manager can know about.
  const { setInterval: nativeSetInterval, clearInterval: nativeClearInterval } = window.nativeTimers
  const native = nativeSetInterval(() => unrelated('native interval'), 1)
  const interval = setInterval(() => {
    unrelated('interval')
    void fetch('/json?poll').then(() => unrelated('poll'))
  }, 7)
  const runs = patterns.flatMap((pattern) =>
    Array.from({ length: COPIES }, async (_, copy) => {
      const flow = new Flow(bench, pattern.name, `${pattern.name} #${copy}`)
      try {
        const work = bench.with(flow.name, () => pattern.run(flow))
        await Promise.race([work, sleep(20_000).then(() => Promise.reject(new Error('timed out')))])
      } catch (error) {
        failures.push(`${flow.name}: ${error}`)
      }
      unrelated(`after ${flow.name}`)
    }),
  )
  unrelated('started')
  await Promise.all(runs)
  unrelated('all done')
  await sleep(30)
  unrelated('afterwards')
  stopBackground()
  clearInterval(interval)
  nativeClearInterval(native)
  await new Promise((resolve) => requestAnimationFrame(resolve))
  unrelated('next frame')
  await sleep(5)
  manager.disable()
  return { checks: bench.checks, leaks, failures, patterns: patterns.map(({ name }) => name) }
}

window.runCorpus = runCorpus

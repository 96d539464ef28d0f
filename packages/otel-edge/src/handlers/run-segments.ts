import { withContext } from '../core/context.ts'
import type { StartedInvocation } from '../trace/invocation-span.ts'

/** The segments of a Workflow run: its parts between sleeps, each with a span. At most one segment is open. */
export interface RunSegments {
  /** The open segment. Starts one when none is open. */
  current(): StartedInvocation
  /** Runs the callback of a step. */
  run<Result>(callback: () => Result): Result
  /** Waits for a step. */
  step<Result>(step: Promise<Result>): Promise<Result>
  /** Waits for a sleep or for an event. The runtime can evict the instance during that time, and never resume this run. */
  sleep<Result>(sleep: Promise<Result>): Promise<Result>
  end(): void
}

export function createRunSegments(start: () => StartedInvocation): RunSegments {
  let open: StartedInvocation | undefined = start()
  // A segment without an executed step does not end at a sleep: in a restarted run, sleeps that are over return at once.
  let hasStep = false
  let steps = 0
  let sleeps = 0
  const current = () => {
    open ??= start()
    return open
  }
  const end = () => {
    open?.end()
    open = undefined
    hasStep = false
  }
  const endAtSleep = async () => {
    // After a microtask, steps that were started in the same task as the sleep have been counted.
    await undefined
    if (sleeps > 0 && steps === 0 && hasStep) end()
  }
  return {
    current,
    end,
    run(callback) {
      hasStep = true
      return withContext(current().context, callback)
    },
    async step(step) {
      steps++
      try {
        return await step
      } finally {
        steps--
        void endAtSleep()
      }
    },
    async sleep(sleep) {
      sleeps++
      void endAtSleep()
      try {
        return await sleep
      } finally {
        sleeps--
      }
    },
  }
}

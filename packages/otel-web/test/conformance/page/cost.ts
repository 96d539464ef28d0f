import { type ContextManager, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'

/** The cost of an await in nanoseconds, and of a promise with its own task in microseconds. */
export interface Costs {
  readonly asyncFunction: number
  readonly settledPromise: number
  readonly value: number
  readonly few: number
  readonly platformMicros: number
}

const CONTEXT = ROOT_CONTEXT.setValue(createContextKey('cost'), 'cost')
const LOOP = 100_000

const one = async (): Promise<number> => 1

async function asyncFunction(): Promise<void> {
  for (let count = 0; count < LOOP; count++) await one()
}

async function settledPromise(): Promise<void> {
  const promise = Promise.resolve(1)
  for (let count = 0; count < LOOP; count++) await promise
}

async function value(): Promise<void> {
  for (let count = 0; count < LOOP; count++) await null
}

/** Few awaits in a task, as in most code. */
async function few(): Promise<void> {
  for (let count = 0; count < 50; count++) await one()
}

/** Starts a new task with a timer that no manager knows. */
const nextTask = (): Promise<void> => new Promise((resolve) => window.nativeTimers.setTimeout(resolve, 0))

async function fastest(run: () => Promise<void>, rounds: number): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    await nextTask()
    const start = performance.now()
    await run()
    best = Math.min(best, performance.now() - start)
  }
  return best
}

/** The mean, since one run is shorter than a tick of the clock. */
async function meanOf(run: () => Promise<void>, rounds: number): Promise<number> {
  let sum = 0
  for (let round = 0; round < rounds; round++) {
    await nextTask()
    const start = performance.now()
    await run()
    sum += performance.now() - start
  }
  return sum / rounds
}

const { scheduler } = globalThis as { scheduler?: { yield?: () => Promise<void> } }

/** Promises that the platform settles in a task of their own, in sequence: the cheapest kind. */
async function platformTasks(): Promise<number> {
  const blob = new Blob(['x'])
  const batch = async () => {
    for (let count = 0; count < 50; count++) await (scheduler?.yield?.() ?? blob.arrayBuffer())
  }
  const times: number[] = []
  for (let round = 0; round < 41; round++) {
    const start = performance.now()
    await batch()
    times.push((performance.now() - start) / 50)
  }
  times.sort((a, b) => a - b)
  return (times[times.length >> 1] ?? 0) * 1000
}

/**
 * Measures the costs of awaits: without a context manager, with one before there is any context, or each time in a
 * context. From the first context on the awaits of all promises are followed.
 */
async function measureCosts(manager?: ContextManager, inContext = false): Promise<Costs> {
  manager?.enable()
  const within = <R>(run: () => R): R => (inContext && manager ? manager.with(CONTEXT, run) : run())
  const each = async (run: () => Promise<void>) => ((await fastest(() => within(run), 8)) / LOOP) * 1e6
  const costs = {
    asyncFunction: await each(asyncFunction),
    settledPromise: await each(settledPromise),
    value: await each(value),
    few: ((await meanOf(() => within(few), 400)) / 50) * 1e6,
    platformMicros: await within(platformTasks),
  }
  manager?.disable()
  return costs
}

declare global {
  interface Window {
    measureCosts: typeof measureCosts
  }
}

window.measureCosts = measureCosts

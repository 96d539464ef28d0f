import type { Action } from './action.ts'

/** A shorter timer fires within an action's grace; a longer one is no part of an answer to the user. */
const MIN_DELAY_MILLIS = 50
const MAX_DELAY_MILLIS = 5000

/**
 * Makes a timer that an action's code set count as its pending work: between two tries of a request, or while typing
 * is debounced, nothing else tells that the action is not over. The action's end is not moved by it.
 *
 * @returns puts the page's functions back.
 */
export function trackPendingTimers(active: () => Action | undefined): () => void {
  const { setTimeout: stockSet, clearTimeout: stockClear, clearInterval: stockClearInterval } = window
  const releases = new Map<number, () => void>()

  const patchedSet = function setTimeout(
    handler: TimerHandler,
    delayMillis?: number,
    ...args: unknown[]
  ): number {
    const delay = Number(delayMillis)
    const action = delay >= MIN_DELAY_MILLIS && delay <= MAX_DELAY_MILLIS ? active() : undefined
    if (!action || typeof handler !== 'function') return stockSet(handler, delayMillis, ...args)
    const work = {}
    action.wait(work)
    const release = () => {
      releases.delete(id)
      action.done(work)
    }
    const id = stockSet(
      (...given: unknown[]) => {
        release()
        return handler.apply(window, given)
      },
      delayMillis,
      ...args,
    )
    releases.set(id, release)
    return id
  }
  const patchedClear = (stock: (id?: number) => void) => (id?: number) => {
    if (id !== undefined) releases.get(id)?.()
    stock(id)
  }
  const patchedClearTimeout = patchedClear(stockClear)
  const patchedClearInterval = patchedClear(stockClearInterval)
  Object.assign(window, {
    setTimeout: patchedSet,
    clearTimeout: patchedClearTimeout,
    clearInterval: patchedClearInterval,
  })
  return () => {
    if (window.setTimeout === patchedSet) window.setTimeout = stockSet
    if (window.clearTimeout === patchedClearTimeout) window.clearTimeout = stockClear
    if (window.clearInterval === patchedClearInterval) window.clearInterval = stockClearInterval
  }
}

import type { Action } from '../../actions/action.ts'
import { guarded } from '../../platform/guarded.ts'
import { call, callbackOf, type Method, patchMethod } from '../../platform/patch.ts'
import { stopAll } from '../../platform/stop-all.ts'

/**
 * A shorter timer fires within the grace period of an action. A longer one is unlikely to belong to the response to the
 * user.
 */
const MIN_DELAY_MILLIS = 50
const MAX_DELAY_MILLIS = 5000

/**
 * Counts timers that the code of an action sets as pending work of the action: nothing else shows that the action
 * continues while a request waits for its retry, or while typing is debounced. Only the first call of an interval
 * counts. A timer does not move the end of the action.
 *
 * @returns restores the patched functions
 */
export function trackPendingTimers(active: () => Action | undefined): () => void {
  const releases = new Map<number, () => void>()
  const set = (name: string) =>
    patchMethod(globalThis, name, (stock, self, args) => {
      const handler = args[0]
      const delay = args[1]
      const millis = typeof delay === 'object' ? 0 : Number(delay)
      const action = millis >= MIN_DELAY_MILLIS && millis <= MAX_DELAY_MILLIS ? active() : undefined
      if (!action || typeof handler !== 'function') return call(stock, self, args)
      const work = {}
      action.wait(work)
      const release = () => {
        releases.delete(id)
        action.done(work)
      }
      args[0] = callbackOf((given, values) => {
        release()
        return call(handler as Method, given, values)
      })
      const id = call(stock, self, args) as number
      releases.set(id, release)
      return id
    })
  const clear = (name: string) =>
    patchMethod(globalThis, name, (stock, self, args) => {
      // Converts to `long` like Web IDL, and only once. The platform throws for values that cannot be converted.
      const id = guarded(() => (args[0] as number) | 0)
      if (id !== undefined) {
        args[0] = id
        releases.get(id)?.()
      }
      return call(stock, self, args)
    })
  const restores = [set('setTimeout'), set('setInterval'), clear('clearTimeout'), clear('clearInterval')]
  return stopAll(restores)
}

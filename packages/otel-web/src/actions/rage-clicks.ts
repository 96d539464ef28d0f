import type { Action } from './action.ts'

const COUNT = 3
const WITHIN_MILLIS = 1000

/** Notes on the action when somebody clicks the same thing again and again: it did not do what they expected. */
export function createRageClicks(): (event: Event, action: Action) => void {
  let target: EventTarget | null = null
  let times: number[] = []
  return (event, action) => {
    // Code is never angry.
    if (!event.isTrusted) return
    if (event.target !== target) times = []
    target = event.target
    times = [...times.filter((millis) => event.timeStamp - millis < WITHIN_MILLIS), event.timeStamp]
    if (times.length !== COUNT) return
    action.span.addEvent('rage click', { count: COUNT })
    action.use()
  }
}

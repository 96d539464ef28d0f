import type { Action } from '../../actions/action.ts'

const COUNT = 3
const WITHIN_MILLIS = 1000

/**
 * Records on the action when the user clicks the same element repeatedly, which suggests that it did not react as
 * expected.
 */
export function createRageClicks(): (event: Event, action: Action) => void {
  let target: EventTarget | null = null
  let times: number[] = []
  return (event, action) => {
    // Clicks by code are ignored.
    if (!event.isTrusted) return
    if (event.target !== target) times = []
    target = event.target
    times = [...times.filter((millis) => event.timeStamp - millis < WITHIN_MILLIS), event.timeStamp]
    if (times.length !== COUNT) return
    action.span.addEvent('rage click', { count: COUNT })
    action.use()
  }
}

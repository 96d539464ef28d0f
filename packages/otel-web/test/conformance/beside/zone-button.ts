import 'zone.js'
import { sleep } from '../flow.ts'
import type { See } from './start-beside.ts'

/** A button whose handler awaits: zone.js makes fetch and timers return its own promises, thenables for `await`. */
export function renderZoneButton(see: See, root: HTMLElement): void {
  const [button, done] = [document.createElement('button'), document.createElement('b')]
  let isChanged = false
  // As Angular does, the page renders when no microtask of its zone is left.
  const zone = Zone.current.fork({
    name: 'app',
    onHasTask(delegate, current, target, state) {
      delegate.hasTask(target, state)
      if (current !== target || state.change !== 'microTask' || state.microTask || !isChanged) return
      isChanged = false
      see('rendering after a chunk')
      done.textContent = 'done'
    },
  })
  const onClick = async () => {
    see('handler')
    await sleep(2)
    see('handler, after an await')
    await (await fetch('/json?delay=2')).json()
    see('after a fetch')
    await Promise.all([sleep(1), new Promise((resolve) => requestAnimationFrame(resolve))])
    see('after Promise.all')
    const reader = (await fetch('/stream?chunks=2')).body?.getReader()
    while (reader && !(await reader.read()).done) {}
    isChanged = true
    // A native `await` leaves the zone. A compiled one is in it.
    if (Zone.current !== zone) done.textContent = 'done'
  }
  zone.run(() => button.addEventListener('click', onClick))
  root.append(button, done)
}

import { sleep } from '../flow.ts'
import type { See } from './start-beside.ts'

/** A button whose handler awaits: zone.js makes fetch and timers return its own promises, thenables for `await`. */
export function renderZoneButton(see: See, root: HTMLElement): void {
  const [button, done] = [document.createElement('button'), document.createElement('b')]
  button.addEventListener('click', async () => {
    see('handler')
    await sleep(2)
    see('handler, after an await')
    await (await fetch('/json?delay=2')).json()
    see('after a fetch')
    await Promise.all([sleep(1), new Promise((resolve) => requestAnimationFrame(resolve))])
    see('after Promise.all')
    done.textContent = 'done'
  })
  root.append(button, done)
}

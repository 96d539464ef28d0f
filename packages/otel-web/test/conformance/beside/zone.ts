import 'zone.js'
import { sleep } from '../flow.ts'
import { startBeside } from './start-beside.ts'

/** A page that has zone.js already: fetch and timers give its own promises, which `await` takes for thenables. */
startBeside((see, root) => {
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
})

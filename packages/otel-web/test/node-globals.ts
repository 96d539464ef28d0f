import type { PageGlobals } from '../src/platform/page-globals.ts'

const FRAME_MILLIS = 16

/** The functions of the page that Node has, also while a test fakes its timers. A frame takes 16 ms. */
export const nodeGlobals: PageGlobals = {
  fetch: (...args) => fetch(...args),
  setTimeout: (callback, delayMillis) => Number(setTimeout(callback, delayMillis)),
  clearTimeout: (id) => clearTimeout(id),
  requestAnimationFrame: (callback) => Number(setTimeout(callback, FRAME_MILLIS)),
}

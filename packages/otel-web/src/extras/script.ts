import { extras } from './index.ts'
import type { ExtrasScript } from './load-by-script.ts'

/** The chunk as a script: hands itself to whoever put its element into the page. */
;(document.currentScript as ExtrasScript | null)?.onExtras_?.(extras)

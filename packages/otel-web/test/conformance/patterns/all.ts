import type { Pattern } from '../flow.ts'
import { awaits } from './awaits.ts'
import { browser } from './browser.ts'
import { events } from './events.ts'
import { generators } from './generators.ts'
import { libraries } from './libraries.ts'
import { network } from './network.ts'
import { platform } from './platform.ts'
import { promises } from './promises.ts'
import { rxjs } from './rxjs.ts'
import { shared } from './shared.ts'
import { signals } from './signals.ts'
import { stores } from './stores.ts'
import { streams } from './streams.ts'
import { timers } from './timers.ts'

/** Every pattern of the corpus. */
export const all: readonly Pattern[] = [
  ...awaits,
  ...promises,
  ...timers,
  ...network,
  ...events,
  ...platform,
  ...generators,
  ...shared,
  ...streams,
  ...libraries,
  ...browser,
  ...stores,
  ...signals,
  ...rxjs,
]

import { report } from './report.ts'
import { vitest } from './vitest.ts'

/** Apps of the runtimes and frameworks of docs/runtimes.md: installed from the packed packages, built and called. */
report([await vitest('runtimes', ['--config', 'e2e/runtimes/vitest.config.ts'])])

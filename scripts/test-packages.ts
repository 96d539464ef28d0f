import { report } from './report.ts'
import { vitest } from './vitest.ts'

/** The packages as they are published: packed, installed in an empty folder, compiled, bundled and run. */
report([await vitest('packages', ['--config', 'scripts/packages/vitest.config.ts'])])

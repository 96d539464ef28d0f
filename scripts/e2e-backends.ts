import { report, timed } from './report.ts'
import { vitest } from './vitest.ts'

/** The apps of docs/backends in Go, Java, Node.js and Python behind a traced worker. */
report([await timed(vitest('e2e with backends', ['--config', 'e2e/backends/vitest.config.ts']))])

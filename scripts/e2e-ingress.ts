import { report, timed } from './report.ts'
import { vitest } from './vitest.ts'

/** Workers and services behind and in front of nginx and Envoy, and in other formats of trace headers than the W3C's. */
report([await timed(vitest('e2e behind proxies', ['--config', 'e2e/ingress/vitest.config.ts']))])

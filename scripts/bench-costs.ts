import { setUpChromium } from './chromium.ts'
import { playwright } from './playwright.ts'
import { report } from './report.ts'
import { vitest } from './vitest.ts'

/**
 * What an await and a render of React cost, the memory of the collector in floods, and the delay of a POST by reads, with
 * their limits. The figures need a machine that does nothing else.
 */
await setUpChromium()
const env = { BENCH: '1' }
const conformance = 'packages/otel-web/test/conformance/playwright.config.ts'
report([
  await playwright('cost of awaits and of React', conformance, { env }),
  await vitest('limits of the collector', ['--project=otel-collector', 'flood.test', 'query-pool.test'], env),
])

import { setUpChromium } from './chromium.ts'
import { playwright } from './playwright.ts'
import { report } from './report.ts'

/** What an await and a render of React cost, with their limits. The figures need a machine that does nothing else. */
await setUpChromium()
report([
  await playwright('cost of awaits and of React', 'packages/otel-web/test/conformance/playwright.config.ts', {
    env: { BENCH: '1' },
  }),
])

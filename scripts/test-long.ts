import { build } from './build.ts'
import { setUpChromium } from './chromium.ts'
import { playwright } from './playwright.ts'
import { report } from './report.ts'

/** What takes minutes by its nature: a hundred departures, outages of half a minute, ten thousand requests. */
await setUpChromium()
await build()
const options = { env: { LONG: '1' }, args: ['--grep', '@long'] }
report([
  await playwright('browser, long: packages/otel-web', 'packages/otel-web/playwright.config.ts', options),
])

import { build } from './build.ts'
import { setUpChromium } from './chromium.ts'
import { show } from './command.ts'
import { playwright } from './playwright.ts'
import { report, type StepResult } from './report.ts'
import { vitest } from './vitest.ts'

/** Tests that take minutes: a hundred unloads, outages of half a minute, ten thousand requests, floods, the corpus in Firefox. */
await setUpChromium()
await build()
const options = { env: { LONG: '1' }, args: ['--grep', '@long'] }
report([
  await playwright('browser, long: packages/otel-web', 'packages/otel-web/playwright.config.ts', options),
  await playwright(
    'corpus, long: packages/otel-web',
    'packages/otel-web/test/conformance/playwright.config.ts',
    options,
  ),
  await vitest('collector, long: floods', ['--project=otel-collector', 'flood.test'], { LONG: '1' }),
  await outage(),
])

/** Runs a worker under load whose collector refuses connections, then hangs: no span is lost and no response is slower. */
async function outage(): Promise<StepResult> {
  const code = await show([process.execPath, 'bench/edge/outage.ts'])
  return { name: 'edge, long: outage', passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 }
}

import installBrowsers from '../packages/otel-web/test/conformance/install-browsers.ts'
import { build } from './build.ts'
import { check } from './check.ts'
import { setUpChromium } from './chromium.ts'
import { playwright } from './playwright.ts'
import { report, type StepResult, timed } from './report.ts'
import { vitest } from './vitest.ts'

await setUpChromium()
installBrowsers()
const steps: StepResult[] = [await timed(check())]
await build()
steps.push(await timed(vitest('unit and workerd')))
// The longest suite waits more than it computes, so it leaves room for the others.
const others = runOthers()
steps.push(await timed(playwright('browser: packages/otel-web', 'packages/otel-web/playwright.config.ts')))
steps.push(...(await others))
report(steps)

async function runOthers(): Promise<StepResult[]> {
  const results: StepResult[] = []
  for (const [name, folder] of [
    ['npm start', 'scripts'],
    ['browser: packages/otel-web/test/conformance', 'packages/otel-web/test/conformance'],
    ['browser: packages/otel-collector', 'packages/otel-collector'],
    ['browser: e2e', 'e2e'],
  ] as const) {
    const options = { args: ['--workers=1'], output: 'at the end' } as const
    results.push(await timed(playwright(name, `${folder}/playwright.config.ts`, options)))
  }
  return results
}

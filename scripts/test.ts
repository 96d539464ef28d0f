import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from './build.ts'
import { check } from './check.ts'
import { setUpChromium } from './chromium.ts'
import { ROOT, readResult, show } from './command.ts'
import { playwright } from './playwright.ts'
import { report, type StepResult } from './report.ts'

const BROWSER_SUITES = ['packages/otel-web', 'packages/otel-web/corpus', 'packages/otel-collector', 'e2e']

interface VitestCounts {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
}

await setUpChromium()
const steps: StepResult[] = [await check()]
await build()
steps.push(await vitest())
steps.push(await playwright('npm start', 'scripts/playwright.config.ts'))
for (const suite of BROWSER_SUITES) {
  const config = join(suite, 'playwright.config.ts')
  if (existsSync(join(ROOT, config))) steps.push(await playwright(`browser: ${suite}`, config))
}
report(steps)

async function vitest(): Promise<StepResult> {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-vitest-'))
  const file = join(folder, 'result.json')
  const code = await show([
    'vitest',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ])
  const counts = readResult(file) as VitestCounts | undefined
  rmSync(folder, { recursive: true })
  const failed = counts?.numFailedTests ?? 0
  return {
    name: 'unit and workerd',
    passed: counts?.numPassedTests ?? 0,
    // A file that does not load fails no test, but it is a failure.
    failed: code !== 0 ? Math.max(failed, 1) : failed,
    skipped: counts?.numPendingTests ?? 0,
  }
}

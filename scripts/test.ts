import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { build } from './build.ts'
import { check } from './check.ts'
import { setUpChromium } from './chromium.ts'
import { ROOT, readResult, show } from './command.ts'
import { playwright } from './playwright.ts'
import { report, type StepResult } from './report.ts'

const BROWSER_SUITES = ['packages/otel-web', 'packages/otel-web/corpus', 'packages/otel-collector', 'e2e']

interface VitestResult {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
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
  const result = readResult(file) as VitestResult | undefined
  rmSync(folder, { recursive: true })
  const failed = result?.numFailedTests ?? 0
  return {
    name: 'unit and workerd',
    passed: result?.numPassedTests ?? 0,
    // A file that does not load fails no test, but it is a failure.
    failed: code !== 0 ? Math.max(failed, 1) : failed,
    skipped: result?.numPendingTests ?? 0,
    failures: result ? failuresOf(result) : [],
  }
}

function failuresOf({ testResults }: VitestResult): string[] {
  return testResults.flatMap(({ name, status, assertionResults }) => {
    const file = relative(ROOT, name)
    const failed = assertionResults.filter((test) => test.status === 'failed')
    if (status === 'failed' && failed.length === 0) return [file]
    return failed.map(({ fullName }) => `${file} › ${fullName}`)
  })
}

import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from './build.ts'
import { check } from './check.ts'
import { setUpChromium } from './chromium.ts'
import { report, type StepResult } from './report.ts'

const ROOT = join(import.meta.dirname, '..')
const BROWSER_SUITES = ['packages/otel-web', 'packages/otel-web/corpus', 'e2e']

const results = mkdtempSync(join(tmpdir(), 'throughline-test-'))
const steps: StepResult[] = [await check()]
await build()
steps.push(await vitest())
await setUpChromium()
for (const suite of BROWSER_SUITES) {
  const config = join(suite, 'playwright.config.ts')
  if (existsSync(join(ROOT, config))) steps.push(await playwright(suite, config))
}
rmSync(results, { recursive: true, force: true })
report(steps)

async function vitest(): Promise<StepResult> {
  const file = join(results, 'vitest.json')
  const code = await show([
    'vitest',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ])
  const counts = readResult(file) as
    | { numPassedTests: number; numFailedTests: number; numPendingTests: number }
    | undefined
  const failed = counts?.numFailedTests ?? 0
  // A suite that fails to load fails no test; it still is a failure.
  return {
    name: 'unit and workerd',
    passed: counts?.numPassedTests ?? 0,
    failed: code !== 0 ? Math.max(failed, 1) : failed,
    skipped: counts?.numPendingTests ?? 0,
  }
}

async function playwright(name: string, config: string): Promise<StepResult> {
  const file = join(results, `${name.replaceAll('/', '-')}.json`)
  const code = await show(['playwright', 'test', '-c', config, '--reporter=list,json'], {
    PLAYWRIGHT_JSON_OUTPUT_FILE: file,
  })
  const counts = readResult(file) as
    | { stats: { expected: number; unexpected: number; flaky: number; skipped: number } }
    | undefined
  const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = counts?.stats ?? {}
  const failed = unexpected + flaky
  return {
    name: `browser: ${name}`,
    passed: expected,
    failed: code !== 0 ? Math.max(failed, 1) : failed,
    skipped,
  }
}

function readResult(file: string): unknown {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}

function show([program = '', ...args]: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    })
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 1))
  })
}

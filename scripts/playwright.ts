import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readResult, show } from './command.ts'
import type { StepResult } from './report.ts'

interface PlaywrightSuite {
  readonly suites?: readonly PlaywrightSuite[]
  readonly specs: readonly {
    readonly file: string
    readonly line: number
    readonly title: string
    readonly tests: readonly { readonly status: string }[]
  }[]
}

interface PlaywrightResult {
  readonly suites: readonly PlaywrightSuite[]
  readonly stats: {
    readonly expected: number
    readonly unexpected: number
    readonly flaky: number
    readonly skipped: number
  }
}

export interface PlaywrightOptions {
  readonly env?: NodeJS.ProcessEnv
  /** Further arguments of `playwright test`. */
  readonly args?: readonly string[]
}

/** Runs one Playwright suite, showing it, and counts. A flaky test counts as failed. */
export async function playwright(
  name: string,
  config: string,
  options: PlaywrightOptions = {},
): Promise<StepResult> {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-playwright-'))
  const file = join(folder, 'result.json')
  const command = ['playwright', 'test', '-c', config, '--reporter=list,json', ...(options.args ?? [])]
  const code = await show(command, {
    ...options.env,
    PLAYWRIGHT_JSON_OUTPUT_FILE: file,
  })
  const result = readResult(file) as PlaywrightResult | undefined
  rmSync(folder, { recursive: true })
  const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = result?.stats ?? {}
  const failed = unexpected + flaky
  return {
    name,
    passed: expected,
    failed: code !== 0 ? Math.max(failed, 1) : failed,
    skipped,
    failures: result?.suites.flatMap(failuresOf) ?? [],
  }
}

function failuresOf({ suites = [], specs }: PlaywrightSuite): string[] {
  const failed = specs.filter(({ tests }) =>
    tests.some(({ status }) => status === 'unexpected' || status === 'flaky'),
  )
  return [
    ...failed.map(({ file, line, title }) => `${file}:${line} › ${title}`),
    ...suites.flatMap(failuresOf),
  ]
}

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OutputTime, readResult, show } from './command.ts'
import type { Failure, StepResult } from './report.ts'

interface PlaywrightError {
  readonly message?: string
}

interface PlaywrightSuite {
  readonly suites?: readonly PlaywrightSuite[]
  readonly specs: readonly {
    readonly file: string
    readonly line: number
    readonly title: string
    readonly tests: readonly {
      readonly status: string
      readonly results: readonly { readonly errors: readonly PlaywrightError[] }[]
    }[]
  }[]
}

interface PlaywrightResult {
  readonly suites: readonly PlaywrightSuite[]
  /** Errors outside of tests, such as a file that does not load. */
  readonly errors: readonly PlaywrightError[]
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
  readonly output?: OutputTime
}

/** Runs one Playwright suite, prints its output and counts the results. A flaky test counts as failed. */
export async function playwright(
  name: string,
  config: string,
  options: PlaywrightOptions = {},
): Promise<StepResult> {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-playwright-'))
  const file = join(folder, 'result.json')
  const command = ['playwright', 'test', '-c', config, '--reporter=list,json', ...(options.args ?? [])]
  const code = await show(command, { ...options.env, PLAYWRIGHT_JSON_OUTPUT_FILE: file }, options.output)
  const result = readResult(file) as PlaywrightResult | undefined
  rmSync(folder, { recursive: true })
  const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = result?.stats ?? {}
  const failed = unexpected + flaky
  return {
    name,
    passed: expected,
    failed: code !== 0 ? Math.max(failed, 1) : failed,
    skipped,
    failures: [
      ...(result?.errors ?? []).map(({ message }) => ({ name: config, message })),
      ...(result?.suites.flatMap(failuresOf) ?? []),
    ],
  }
}

function failuresOf({ suites = [], specs }: PlaywrightSuite): Failure[] {
  const failed = specs.flatMap(({ file, line, title, tests }) =>
    tests
      .filter(({ status }) => status === 'unexpected' || status === 'flaky')
      .map(({ results }) => ({
        name: `${file}:${line} › ${title}`,
        message: results.flatMap(({ errors }) => errors.map(({ message }) => message)).join('\n'),
      })),
  )
  return [...failed, ...suites.flatMap(failuresOf)]
}

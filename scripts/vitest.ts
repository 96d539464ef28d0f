import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { readResult, show } from './command.ts'
import type { StepResult } from './report.ts'
import { RESULT_FILE, type VitestResult } from './vitest-reporter.ts'

/** Vitest leaves one core free by default, which is half of a machine with two. */
const WORKERS = Math.max(2, availableParallelism() - 1)

/** Runs Vitest, prints its output and counts the results. */
export async function vitest(
  name: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<StepResult> {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-vitest-'))
  const file = join(folder, 'result.json')
  const reporter = join(import.meta.dirname, 'vitest-reporter.ts')
  const command = [
    'vitest',
    'run',
    `--maxWorkers=${WORKERS}`,
    ...args,
    '--reporter=default',
    `--reporter=${reporter}`,
  ]
  const code = await show(command, { ...env, [RESULT_FILE]: file })
  const result = readResult(file) as VitestResult | undefined
  rmSync(folder, { recursive: true })
  const { passed = 0, failed = 0, skipped = 0, failures = [] } = result ?? {}
  // A file that does not load fails no test, but it is a failure.
  const least = code !== 0 ? Math.max(1, failures.length) : 0
  return { name, passed, failed: Math.max(failed, least), skipped, failures }
}

import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'
import { ROOT } from './command.ts'
import type { Failure } from './report.ts'

/** The environment variable that names the file to write. */
export const RESULT_FILE = 'VITEST_RESULT_FILE'

export interface VitestResult {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly failures: readonly Failure[]
}

/** Writes the counts and the failures of a run to a file. Vitest's own JSON lacks diffs and unhandled errors. */
export default class ResultReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 }
    const failures: Failure[] = []
    const fail = (name: string, errors: readonly SerializedError[]) =>
      failures.push({ name, message: errors.map(describe).join('\n') })
    for (const module of modules) {
      const file = relative(ROOT, module.moduleId)
      if (module.errors().length > 0) fail(file, module.errors())
      for (const suite of module.children.allSuites()) {
        if (suite.errors().length > 0) fail(`${file} › ${suite.fullName}`, suite.errors())
      }
      for (const test of module.children.allTests()) {
        const { state, errors = [] } = test.result()
        if (state === 'failed') fail(`${file} › ${test.fullName}`, errors)
        counts[state === 'pending' ? 'skipped' : state]++
      }
    }
    for (const error of unhandled) fail('outside of the tests', [error])
    const path = process.env[RESULT_FILE]
    if (path !== undefined) writeFileSync(path, JSON.stringify({ ...counts, failures }))
  }
}

/** The stack contains the message, but not the difference between the values. */
function describe({ message, stack = message, diff }: SerializedError): string {
  return typeof diff === 'string' ? `${message}\n${diff}\n${stack.slice(stack.indexOf('\n    at '))}` : stack
}

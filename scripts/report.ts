/** What one step of the test run came to. */
export interface StepResult {
  readonly name: string
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** The names of those that failed, as far as they are known. */
  readonly failures?: readonly string[]
}

/** Prints each step with what failed in it and, as the last line, the sum; a failure anywhere makes the process end with 1. */
export function report(steps: readonly StepResult[]): void {
  const sum = (key: 'passed' | 'failed' | 'skipped') => steps.reduce((total, step) => total + step[key], 0)
  console.log('')
  for (const { name, passed, failed, skipped, failures = [] } of steps) {
    console.log(`${failed === 0 ? '✓' : '✗'} ${name}: ${summary(passed, failed, skipped)}`)
    for (const failure of failures) console.log(`    ✗ ${failure}`)
  }
  console.log(`\n${summary(sum('passed'), sum('failed'), sum('skipped'))}`)
  if (sum('failed') > 0) process.exitCode = 1
}

function summary(passed: number, failed: number, skipped: number): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

import { stripVTControlCharacters } from 'node:util'

/** Of an error. What does not fit is above, where the test runner printed it. */
const MAX_LINES = 12
const MAX_LINE_LENGTH = 200

/** The result of one step of the test run. */
export interface StepResult {
  readonly name: string
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly seconds?: number
  /** The known failures. */
  readonly failures?: readonly Failure[]
}

export interface Failure {
  readonly name: string
  /** The error as the test runner printed it. */
  readonly message?: string | undefined
}

/** Adds the time that a step took. */
export async function timed(step: Promise<StepResult>): Promise<StepResult> {
  const start = performance.now()
  return { ...(await step), seconds: Math.round((performance.now() - start) / 1_000) }
}

/** Prints each step with what failed in it, and why, and, as the last line, the sum; a failure anywhere makes the process end with 1. */
export function report(steps: readonly StepResult[]): void {
  const sum = (key: 'passed' | 'failed' | 'skipped') => steps.reduce((total, step) => total + step[key], 0)
  console.log('')
  for (const { name, passed, failed, skipped, seconds, failures = [] } of steps) {
    const time = seconds === undefined ? '' : ` (${seconds} s)`
    console.log(`${failed === 0 ? '✓' : '✗'} ${name}: ${summary(passed, failed, skipped)}${time}`)
    for (const { name, message = '' } of failures) {
      console.log(`    ✗ ${name}`)
      for (const line of firstLines(message)) console.log(`        ${line}`)
    }
  }
  console.log(`\n${summary(sum('passed'), sum('failed'), sum('skipped'))}`)
  if (sum('failed') > 0) process.exitCode = 1
}

function firstLines(message: string): string[] {
  const lines = stripVTControlCharacters(message)
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s+at .*(?:node_modules|node:|<anonymous>)/.test(line))
  return lines
    .slice(0, MAX_LINES)
    .map((line) => (line.length > MAX_LINE_LENGTH ? `${line.slice(0, MAX_LINE_LENGTH)} …` : line))
}

function summary(passed: number, failed: number, skipped: number): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

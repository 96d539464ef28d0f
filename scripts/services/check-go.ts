import { join } from 'node:path'
import { ROOT, run } from '../command.ts'
import type { Failure, StepResult } from '../report.ts'

const SERVICES = join(ROOT, 'apps/backend-go')
/** A module of its own, with what the services do not need. */
const JOINS = join(SERVICES, 'joins')

/** Format, vet and tests of apps/backend-go. */
export async function checkGo(): Promise<StepResult> {
  const checks = { gofmt: checkFormat, ...checksOf(SERVICES), ...(await checksOfJoins()) }
  const failures: Failure[] = []
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check()
    } catch (error) {
      failures.push({ name, message: error instanceof Error ? error.message : String(error) })
    }
  }
  const failed = failures.length
  return { name: 'Go', passed: Object.keys(checks).length - failed, failed, skipped: 0, failures }
}

type Checks = Record<string, () => Promise<unknown>>

async function checkFormat(): Promise<void> {
  const root = (await run(['go', 'env', 'GOROOT'], { cwd: SERVICES })).trim()
  const unformatted = await run([join(root, 'bin/gofmt'), '-l', '.'], { cwd: SERVICES })
  if (unformatted !== '') throw new Error(`not formatted:\n${unformatted}`)
}

function checksOf(cwd: string): Checks {
  const name = cwd.slice(ROOT.length + 1)
  return {
    [`go vet of ${name}`]: () => run(['go', 'vet', './...'], { cwd }),
    [`go test of ${name}`]: () => run(['go', 'test', './...'], { cwd }),
  }
}

async function checksOfJoins(): Promise<Checks> {
  try {
    await run(['go', 'mod', 'download'], { cwd: JOINS })
    return checksOf(JOINS)
  } catch (error) {
    console.log(
      `not run: the tests of apps/backend-go/joins. ${error instanceof Error ? error.message : error}`,
    )
    return {}
  }
}

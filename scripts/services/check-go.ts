import { join } from 'node:path'
import { ROOT, run } from '../command.ts'
import type { Failure, StepResult } from '../report.ts'

/** Format, vet and unit tests of apps/backend-go. */
export async function checkGo(): Promise<StepResult> {
  const cwd = join(ROOT, 'apps/backend-go')
  const failures: Failure[] = []
  const checks = {
    gofmt: async () => {
      const root = (await run(['go', 'env', 'GOROOT'], { cwd })).trim()
      const unformatted = await run([join(root, 'bin/gofmt'), '-l', '.'], { cwd })
      if (unformatted !== '') throw new Error(`not formatted:\n${unformatted}`)
    },
    'go vet': () => run(['go', 'vet', './...'], { cwd }),
    'go test': () => run(['go', 'test', './...'], { cwd }),
  }
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

import { run } from '../command.ts'
import type { StepResult } from '../report.ts'
import { NODE_SERVICES } from './node-services.ts'

/** Types of apps/backend-node, whose modules `npm run check` does not have. */
export async function checkNode(): Promise<StepResult> {
  const result = { name: 'types of apps/backend-node', skipped: 0 }
  try {
    await run(['tsc', '-p', NODE_SERVICES])
    return { ...result, passed: 1, failed: 0, failures: [] }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { ...result, passed: 0, failed: 1, failures: [{ name: 'tsc', message }] }
  }
}

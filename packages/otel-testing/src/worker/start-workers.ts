import { createTestHarness, type TestHarness, type TestHarnessOptions } from 'wrangler'

/** The compatibility date of the workers in tests. */
export const COMPATIBILITY_DATE = '2026-11-01'

/** Workers in one runtime, with all their bindings and with fresh state. */
export interface RunningWorkers extends Pick<TestHarness, 'fetch' | 'getWorker'> {
  /** The address of the first worker. */
  readonly url: URL
  stop(): Promise<void>
}

/**
 * Starts workers as `wrangler dev` does, by their configurations, on a free port.
 *
 * `serveWorker` starts a worker without bindings and without wrangler's proxy.
 */
export async function startWorkers({ root, workers }: TestHarnessOptions): Promise<RunningWorkers> {
  const harness = createTestHarness({ root, workers: workers.map(withCompatibilityDate) })
  try {
    const { url } = await harness.listen()
    return Object.assign(harness, { url, stop: () => harness.close() })
  } catch (error) {
    await harness.close()
    throw error
  }
}

type WorkerInput = TestHarnessOptions['workers'][number]

function withCompatibilityDate(worker: WorkerInput): WorkerInput {
  if (!('config' in worker)) return worker
  return { ...worker, config: { compatibility_date: COMPATIBILITY_DATE, ...worker.config } } as WorkerInput
}

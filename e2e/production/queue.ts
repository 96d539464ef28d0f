import { expect } from 'vitest'
import { readMetrics } from './metrics.ts'

/** Waits until the next program has stored all that the Collector has acknowledged. */
export async function untilQueueIsEmpty({ telemetryUrl }: { readonly telemetryUrl: string }): Promise<void> {
  const sizes = async () =>
    (await readMetrics(telemetryUrl))
      .filter(({ name }) => name === 'otelcol_exporter_queue_size')
      .map(({ value }) => value)
  await expect.poll(sizes, { timeout: 60_000 }).toEqual([0])
}

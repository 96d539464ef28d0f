import { expect } from 'vitest'
import type { OneMachine } from '../../scripts/otelcol/one-machine.ts'
import { readMetrics } from './metrics.ts'

/** Waits until Jaeger has stored all that the Collector has acknowledged. */
export async function untilQueueIsEmpty({ telemetryUrl }: OneMachine): Promise<void> {
  const sizes = async () =>
    (await readMetrics(telemetryUrl))
      .filter(({ name }) => name === 'otelcol_exporter_queue_size')
      .map(({ value }) => value)
  await expect.poll(sizes, { timeout: 60_000 }).toEqual([0])
}

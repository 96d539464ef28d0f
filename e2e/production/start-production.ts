import { findJaeger } from '../../scripts/jaeger.ts'
import { findCollector } from '../../scripts/otelcol/find-collector.ts'
import { type OneMachine, startOneMachine } from '../../scripts/otelcol/one-machine.ts'
import type { Programs } from '../../scripts/otelcol/processes.ts'
import { findFreePorts } from '../../scripts/ports.ts'
import { startParts } from '../start-parts.ts'

/** The Collector and Jaeger that the script before the tests has found or built. */
export async function findPrograms(): Promise<Programs> {
  const log = () => {}
  const [otelcol, jaeger] = await Promise.all([
    findCollector({ log }),
    findJaeger({ log, canBuild: false, canUseDocker: false }),
  ])
  return { otelcol: otelcol.path, jaeger: jaeger.command }
}

export type RunningMachine = OneMachine & {
  /** What both printed, a line each. */
  readonly output: readonly string[]
}

/** Starts `deploy/one-machine` on free ports in a temporary folder. */
export async function startProduction(): Promise<RunningMachine> {
  const [otlpPort = 0, uiPort = 0] = await findFreePorts(2)
  const output: string[] = []
  const onLine = (service: string, line: string) => output.push(`[${service}] ${line}`)
  let machine: OneMachine | undefined
  const stop = await startParts('production', async ({ folder, keep }) => {
    const programs = await findPrograms()
    machine = await keep(startOneMachine({ programs, folder, otlpPort, uiPort, onLine }))
  })
  if (!machine) throw new Error('one machine has not started')
  return Object.assign(Object.create(machine) as OneMachine, { stop, output })
}

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base } from '@playwright/test'
import { type OneMachine, startOneMachine } from '../../scripts/otelcol/one-machine.ts'
import { freePorts } from '../../scripts/ports.ts'
import { type System, startSystem } from '../../scripts/system.ts'
import { findPrograms } from './start-production.ts'

export { expect } from '@playwright/test'

/** The shop with its workers, which export to the Collector of `deploy/one-machine`. */
export const test = base.extend<object, { system: System & { readonly machine: OneMachine } }>({
  system: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture's dependencies from this pattern
    async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'throughline-production-'))
      const ports = await freePorts()
      const { OTLP_PORT: otlpPort, UI_PORT: uiPort } = ports
      const machine = await startOneMachine({ programs: await findPrograms(), folder, otlpPort, uiPort })
      try {
        const system = await startSystem({ ports, stateFolder: folder, collector: machine.collector })
        await use(Object.assign(system, { machine }))
        await system.stop()
      } finally {
        await machine.stop()
        rmSync(folder, { recursive: true, force: true })
      }
    },
    { scope: 'worker', timeout: 600_000 },
  ],
  baseURL: async ({ system }, use) => use(system.shopUrl),
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base } from '@playwright/test'
import { freePorts } from '../scripts/ports.ts'
import { type System, startSystem } from '../scripts/system.ts'

export { expect } from '@playwright/test'

/** The whole system on free ports with fresh state, one for each test worker. `shopUrl` is the base URL. */
export const test = base.extend<object, { system: System }>({
  system: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture's dependencies from this pattern
    async ({}, use) => {
      const stateFolder = mkdtempSync(join(tmpdir(), 'throughline-e2e-'))
      const output: string[] = []
      const onLine = (service: string, line: string) => output.push(`[${service}] ${line}`)
      const jaeger = process.env.E2E_JAEGER === '1'
      const system = await startSystem({ ports: await freePorts(), stateFolder, jaeger, onLine })
      await use(system)
      await system.stop()
      rmSync(stateFolder, { recursive: true, force: true })
      if (process.env.E2E_VERBOSE) console.log(output.join('\n'))
    },
    { scope: 'worker', timeout: 600_000 },
  ],
  baseURL: async ({ system }, use) => use(system.shopUrl),
})

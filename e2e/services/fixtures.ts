import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base } from '@playwright/test'
import { freePorts } from '../../scripts/ports.ts'
import { prepareServices } from '../../scripts/services/prepare.ts'
import type { Services } from '../../scripts/services/services.ts'
import { type System, startSystem } from '../../scripts/system.ts'

export { expect } from '@playwright/test'

/** One line of a log in JSON. */
interface LogLine {
  readonly service: string
  readonly fields: Readonly<Record<string, unknown>>
}

interface SystemWithServices extends System {
  readonly services: Services
  /** The lines that all services have logged in JSON. */
  readonly log: readonly LogLine[]
}

/** The whole system with the services in Go and Node and their servers. `shopUrl` is the base URL. */
export const test = base.extend<object, { system: SystemWithServices }>({
  system: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture's dependencies from this pattern
    async ({}, use) => {
      const stateFolder = mkdtempSync(join(tmpdir(), 'throughline-e2e-'))
      const log: LogLine[] = []
      const onLine = (service: string, line: string) => {
        if (process.env.E2E_VERBOSE) console.log(`[${service}] ${line}`)
        const fields = parseFields(line)
        if (fields) log.push({ service, fields })
      }
      const jaeger = process.env.E2E_JAEGER === '1'
      const programs = await prepareServices({ log: console.log })
      const ports = await freePorts()
      const system = await startSystem({ ports, stateFolder, jaeger, services: programs, onLine })
      const { services } = system
      if (!services) throw new Error('the system has no services')
      await use({ ...system, services, log })
      await system.stop()
      rmSync(stateFolder, { recursive: true, force: true })
    },
    { scope: 'worker', timeout: 600_000 },
  ],
  baseURL: async ({ system }, use) => use(system.shopUrl),
})

function parseFields(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    return undefined
  }
}

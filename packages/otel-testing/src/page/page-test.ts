import {
  test as base,
  type PlaywrightTestArgs,
  type PlaywrightTestOptions,
  type PlaywrightWorkerArgs,
  type PlaywrightWorkerOptions,
  type TestType,
} from '@playwright/test'
import { listenForNoise } from './page-noise.ts'
import { type PageServer, startPageServer } from './page-server.ts'

export interface PageFixtures {
  /** A server for this test. */
  readonly server: PageServer
  /** The uncaught errors and console lines of the page, without those of the browser itself. */
  readonly noise: string[]
}

type PageTest = TestType<
  PlaywrightTestArgs & PlaywrightTestOptions & PageFixtures,
  PlaywrightWorkerArgs & PlaywrightWorkerOptions
>

/** Playwright's `test` with a server for the page, which serves the scripts of a folder. */
export function pageTest(scriptsFolder: string): PageTest {
  return base.extend<PageFixtures>({
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture's needs off this pattern
    server: async ({}, use) => {
      const server = await startPageServer(scriptsFolder)
      await use(server)
      await server.close()
    },
    noise: async ({ page }, use) => use(listenForNoise(page)),
  })
}

import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BrowserType } from 'playwright'

/** The packages that have Playwright's API, in the order in which they are tried. */
const PACKAGES = ['playwright', '@playwright/test', 'playwright-core']

/** There is no browser to check the page with. The message says what to install. */
export class MissingBrowser extends Error {}

/**
 * The Chromium of the Playwright that is installed in `folder` or above it.
 *
 * @throws {MissingBrowser} when there is none.
 */
export async function loadChromium(folder: string): Promise<BrowserType> {
  const { resolve } = createRequire(join(folder, 'package.json'))
  for (const name of PACKAGES) {
    const path = tryResolve(resolve, name)
    if (path === undefined) continue
    const module = (await import(pathToFileURL(path).href)) as {
      readonly default?: { readonly chromium?: BrowserType }
    }
    if (module.default?.chromium) return module.default.chromium
  }
  throw new MissingBrowser(
    `--browser needs Playwright, which ${folder} does not have: npm install --save-dev playwright && npx playwright install chromium`,
  )
}

function tryResolve(resolve: NodeJS.RequireResolve, name: string): string | undefined {
  try {
    return resolve(name)
  } catch {
    return undefined
  }
}

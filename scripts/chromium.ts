import { existsSync } from 'node:fs'
import { chromium } from '@playwright/test'
import { chromiumLaunchOptions } from '../e2e/chromium.ts'
import { run } from './command.ts'

/**
 * Makes sure that there is a Chromium to test with: Playwright's own, else the system's, else Playwright's is
 * downloaded, else Debian's package is installed when we are root.
 *
 * Throws an `Error` that says what was tried. Returns nothing: `chromiumLaunchOptions()` finds what is there.
 */
export async function setUpChromium(): Promise<void> {
  if (isThere()) return
  const tried: string[] = []
  console.log('Installing Chromium (once) …')
  const attempts = [
    ['playwright', 'install', 'chromium'],
    ...(process.getuid?.() === 0
      ? [['sh', '-c', 'apt-get update -qq && apt-get install -y -qq chromium']]
      : []),
  ]
  for (const command of attempts) {
    try {
      await run(command, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
      if (isThere()) return
    } catch (error) {
      tried.push(error instanceof Error ? error.message : String(error))
    }
  }
  throw new Error(`No Chromium. Install one, or name it in CHROMIUM_PATH. Tried:\n${tried.join('\n')}`)
}

function isThere(): boolean {
  return existsSync(chromiumLaunchOptions().executablePath ?? chromium.executablePath())
}

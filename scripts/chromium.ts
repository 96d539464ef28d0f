import { existsSync } from 'node:fs'
import { chromium } from '@playwright/test'
import { chromiumLaunchOptions } from '@throughline/otel-testing/playwright'
import { run } from './command.ts'

/**
 * Provides a Chromium for tests: Playwright's own, else the system's, else a download of Playwright's, else Debian's
 * package if this process runs as root.
 *
 * Throws an `Error` that lists the attempts. `chromiumLaunchOptions()` finds the installed Chromium.
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

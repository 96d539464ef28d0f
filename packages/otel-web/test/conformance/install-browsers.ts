import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Debian's packages of browsers without an available Playwright build, by a program of each. */
const PACKAGES = { 'firefox-esr': 'firefox-esr', WebKitWebDriver: 'webkit2gtk-driver', Xvfb: 'xvfb' }

/** Installs missing packages as root on Debian. Otherwise the tests of these browsers are skipped. */
export default function installBrowsers(): void {
  const missing = Object.entries(PACKAGES).filter(([program]) => !isOnPath(program))
  if (missing.length === 0 || process.getuid?.() !== 0 || !isOnPath('apt-get')) return
  const names = missing.map(([, name]) => name)
  console.log(`Installing ${names.join(', ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const options = ['install', '-y', '-qq', '--no-install-recommends', ...names]
  const { status } = spawnSync('apt-get', options, { env, stdio: 'ignore', timeout: 300_000 })
  if (status !== 0) console.log(`apt-get could not install ${names.join(', ')}`)
}

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

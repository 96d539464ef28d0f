import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'

const ROOT = join(import.meta.dirname, '..')

/**
 * Installs the packages of a folder's own lock file if they are missing. It uses built-in modules only, because it runs first.
 *
 * Throws an `Error` when `npm ci` fails.
 */
export function installLocked(folder: string, ...options: readonly string[]): void {
  const lock = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex')
  const stamp = join(folder, 'node_modules', '.installed-lock')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  const name = relative(ROOT, folder)
  console.log(`Installing the packages of ${name} (once) …`)
  const command = ['ci', ...options, '--no-audit', '--no-fund', '--loglevel=error']
  const { status } = spawnSync('npm', command, { cwd: folder, stdio: 'inherit' })
  if (status !== 0) throw new Error(`\`npm ci\` failed in ${name}; see its output above.`)
  writeFileSync(stamp, lock)
}

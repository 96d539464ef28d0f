import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CommandOptions, run } from '../command.ts'

interface InstallOptions extends Pick<CommandOptions, 'signal'> {
  /** It has a lock file of its own. */
  readonly folder: string
  readonly log: (line: string) => void
}

/** Installs the modules of a lock file, unless they are there. Throws an `Error` with the output of npm. */
export async function installModules({ folder, log, ...options }: InstallOptions): Promise<void> {
  // The lock file contains the hashes of all modules.
  const lock = readFileSync(join(folder, 'package-lock.json'), 'utf8')
  const stamp = join(folder, 'node_modules', '.installed-lock')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  log('Installing the modules of the Node services (once) …')
  await run(['npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, ...options })
  writeFileSync(stamp, lock)
}

import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { PackageManager } from '../project/package-manager.ts'

/** The folder of the files of the script tag in a project. */
const SCRIPT_PACKAGE = 'node_modules/@throughline/otel-web'

/**
 * Installs the dependencies of a project. Returns what went wrong, or `undefined`. The output of the package manager is
 * shown.
 */
export function install(folder: string, packageManager: PackageManager): string | undefined {
  // On Windows, package managers are scripts, which only a shell runs.
  const { status, error } = spawnSync(packageManager, ['install'], {
    cwd: folder,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (error) return `\`${packageManager}\` could not be started: ${error.message}.`
  return status === 0 ? undefined : `\`${packageManager} install\` failed; its message is above.`
}

/** Copies the files of the script tag beside the pages. Returns false if their package is not found. */
export function copyScripts(folder: string, pages: string): boolean {
  const source = findScripts(folder)
  if (source === undefined) return false
  for (const file of readdirSync(source))
    if (/^throughline.*\.js$/.test(file)) copyFileSync(join(source, file), join(folder, pages, file))
  return true
}

/** The folder of the package, which in a workspace may be installed above the project. */
function findScripts(folder: string): string | undefined {
  const source = join(folder, SCRIPT_PACKAGE)
  if (existsSync(source)) return source
  const parent = dirname(folder)
  return parent === folder ? undefined : findScripts(parent)
}

/** The command that does the same as `copyScripts`. */
export function copyCommand(pages: string): string {
  return `cp ${SCRIPT_PACKAGE}/throughline*.js ${pages}/`
}

import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { PackageManager } from '../project/package-manager.ts'

/** The folder of the files of the script tag in a project. */
const SCRIPT_PACKAGE = 'node_modules/@throughline/otel-web'

/** Installs the dependencies of a project. Returns false if the package manager fails; its output is shown. */
export function install(folder: string, packageManager: PackageManager): boolean {
  // On Windows, package managers are scripts, which only a shell runs.
  const { status } = spawnSync(packageManager, ['install'], {
    cwd: folder,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  return status === 0
}

/** Copies the files of the script tag beside the pages. */
export function copyScripts(folder: string, pages: string): void {
  const source = join(folder, SCRIPT_PACKAGE)
  for (const file of existsSync(source) ? readdirSync(source) : [])
    if (/^throughline.*\.js$/.test(file)) copyFileSync(join(source, file), join(folder, pages, file))
}

/** The command that does the same as `copyScripts`. */
export function copyCommand(pages: string): string {
  return `cp ${SCRIPT_PACKAGE}/throughline*.js ${pages}/`
}

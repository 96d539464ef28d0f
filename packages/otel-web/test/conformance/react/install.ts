import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const QUIET = ['--no-audit', '--no-fund', '--loglevel=error']

/** Installs a version of `versions/` into a folder outside of the repository, and returns its `node_modules`. */
export function installVersion(folder: string, version: string): string {
  const cwd = join(folder, version)
  cpSync(join(import.meta.dirname, 'versions', version), cwd, { recursive: true })
  execFileSync('npm', ['ci', ...QUIET], { cwd })
  return join(cwd, 'node_modules')
}

/** Installs what the registry has for a tag or a version, and returns its `node_modules`. */
export function installTag(folder: string, tag: string): string {
  const cwd = join(folder, tag)
  mkdirSync(cwd)
  writeFileSync(join(cwd, 'package.json'), '{ "private": true }')
  execFileSync('npm', ['install', ...QUIET, `react@${tag}`, `react-dom@${tag}`], { cwd })
  console.log(execFileSync('npm', ['ls'], { cwd, encoding: 'utf8' }))
  return join(cwd, 'node_modules')
}

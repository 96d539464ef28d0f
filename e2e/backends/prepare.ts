import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cacheFolder } from '../../scripts/cache-folder.ts'
import { run } from '../../scripts/command.ts'
import { isInstalled } from '../../scripts/services/programs.ts'
import { type Guide, readGuide } from './guide.ts'
import type { Language } from './languages.ts'

/** The installed app of a guide, or the reason why it is not run. */
export type App = { readonly guide: Guide; readonly folder: string } | { readonly missing: string }

/** What Maven prints when the registry does not serve something, in place of an error of the app. */
const NOT_SERVED = /Could not (?:find|resolve|transfer)|was not found in/

/**
 * Writes the files of a guide into a folder of the cache, and runs its commands `install` and `build` there, once for each
 * version of them.
 *
 * Throws an `Error` if the app of the guide does not compile.
 */
export async function prepareApp({ name, needs }: Language): Promise<App> {
  const absent = needs.filter((program) => !isInstalled(program))
  if (absent.length > 0) return { missing: `${absent.join(', ')} not on PATH` }
  const guide = readGuide(name)
  const folder = join(cacheFolder(), `backend-${name}-${hashOf(guide)}`)
  // A virtual environment of Python cannot be renamed, so a file says that the folder is complete.
  const stamp = join(folder, '.complete')
  if (existsSync(stamp)) return { guide, folder }
  rmSync(folder, { recursive: true, force: true })
  for (const [path, text] of guide.files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const missing = (await install(guide, folder)) ?? (await build(guide, folder))
  if (missing !== undefined) return { missing }
  writeFileSync(stamp, '')
  return { guide, folder }
}

/** The command `start` is not part of it: it leaves nothing in the folder. */
function hashOf({ files, commands }: Guide): string {
  const parts = [...files, commands.get('install'), commands.get('build')]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12)
}

async function install({ commands }: Guide, folder: string): Promise<string | undefined> {
  const command = commands.get('install')
  if (command === undefined) return undefined
  try {
    await run(['sh', '-e', '-c', command], { cwd: folder })
    return undefined
  } catch (error) {
    return lastLines(error)
  }
}

async function build({ page, commands }: Guide, folder: string): Promise<string | undefined> {
  const command = commands.get('build')
  if (command === undefined) return undefined
  try {
    await run(['sh', '-e', '-c', command], { cwd: folder })
    return undefined
  } catch (error) {
    if (NOT_SERVED.test(String(error))) return lastLines(error)
    throw new Error(`the app of ${page} does not compile`, { cause: error })
  }
}

function lastLines(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(-500)
}

import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** The folder of what was downloaded or built once, which it creates: `~/.cache/throughline` or below `XDG_CACHE_HOME`. */
export function cacheFolder(): string {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'throughline')
  mkdirSync(folder, { recursive: true })
  return folder
}

import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readTextFile } from './text-file.ts'

/** A new text of a file. */
export interface Change {
  /** Relative to the project, with `/`. */
  readonly path: string
  /** `undefined` for a new file. */
  readonly before: string | undefined
  readonly after: string
}

/** The files of a folder, with the changes that are planned. Nothing is written. */
export interface Project {
  readonly folder: string
  /** True for a file, as planned. */
  has(path: string): boolean
  /** The text of a file as planned, without its byte order mark; `undefined` if there is no such file. */
  read(path: string): string | undefined
  /** Plans a new text. */
  write(path: string, text: string): void
  /** The first of the paths that is a file. */
  find(...paths: string[]): string | undefined
  /** The files with an ending, without those of `node_modules` and of folders whose name begins with a dot. */
  list(ending: string, parent?: string): string[]
  changes(): Change[]
}

/** Opens a folder. */
export function openProject(folder: string): Project {
  const planned = new Map<string, string>()
  const isFile = (path: string) => statSync(join(folder, path), { throwIfNoEntry: false })?.isFile() === true
  const readOriginal = (path: string) =>
    isFile(path) ? readTextFile(join(folder, path), path).text : undefined
  const has = (path: string) => planned.has(path) || isFile(path)
  return {
    folder,
    has,
    read: (path) => planned.get(path) ?? readOriginal(path),
    write: (path, text) => void planned.set(path, text),
    find: (...paths) => paths.find(has),
    list: (ending, parent = '.') => listFiles(folder, ending, parent),
    changes: () =>
      [...planned].flatMap(([path, after]) => {
        const before = readOriginal(path)
        return before === after ? [] : [{ path, before, after }]
      }),
  }
}

/** Does not follow symbolic links. */
function listFiles(folder: string, ending: string, parent: string): string[] {
  return readdirSync(join(folder, parent), { withFileTypes: true }).flatMap((entry) => {
    const path = parent === '.' ? entry.name : `${parent}/${entry.name}`
    if (entry.isFile()) return path.endsWith(ending) ? [path] : []
    const isOwn = entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.')
    return isOwn ? listFiles(folder, ending, path) : []
  })
}

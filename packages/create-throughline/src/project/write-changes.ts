import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import type { Change } from './project.ts'
import { Refusal } from './refusal.ts'
import { encodeTextFile, readTextFile } from './text-file.ts'

/**
 * Throws a `Refusal` if one of the changes cannot be written: a read-only file or folder, or a symbolic link that leaves
 * the project.
 */
export function checkWritable(folder: string, changes: readonly Change[]): void {
  const root = realpathSync(folder)
  for (const { path } of changes) {
    if (posix.normalize(path).startsWith('../'))
      throw new Refusal(`${path} is outside of this folder. Run this in a folder that contains it.`)
    const existing = nearestExisting(join(folder, path))
    const target = realTarget(existing)
    if (target === undefined || relative(root, target).split(sep)[0] === '..')
      throw new Refusal(
        `${path} is a symbolic link to a file outside of this folder. Run this in the folder of that file.`,
      )
    // The mode is checked, because root may write everything.
    if ((statSync(target).mode & 0o222) === 0)
      throw new Refusal(`${relative(root, target) || '.'} is read-only. Make it writable and run this again.`)
  }
}

/** Writes all changes, or none: after an error, the files have their earlier contents again. */
export function writeChanges(folder: string, changes: readonly Change[]): void {
  const undo: (() => void)[] = []
  try {
    for (const { path, after } of changes) {
      const file = join(folder, path)
      const before = existsSync(file) ? readFileSync(file) : undefined
      const hasByteOrderMark = before !== undefined && readTextFile(file, path).hasByteOrderMark
      mkdirSync(dirname(file), { recursive: true })
      undo.unshift(() => (before === undefined ? rmSync(file, { force: true }) : writeFileSync(file, before)))
      writeFileSync(file, encodeTextFile({ text: after, hasByteOrderMark }))
    }
  } catch (error) {
    for (const restore of undo) restore()
    throw error
  }
}

/** The file, or the nearest folder around it that exists. A broken symbolic link exists. */
function nearestExisting(path: string): string {
  return lstatSync(path, { throwIfNoEntry: false }) ? path : nearestExisting(dirname(path))
}

function realTarget(path: string): string | undefined {
  return existsSync(path) ? realpathSync(path) : undefined
}

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { main } from '../src/cli/main.ts'

/** The texts of files by their paths. */
export type Files = Readonly<Record<string, string>>

/** Makes a folder with files, which is removed after the test. */
export function makeFolder(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'create-throughline-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFiles(folder, files)
  return folder
}

/** Files in a folder of theirs. */
export function inFolder(folder: string, files: Files): Files {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]))
}

/** Writes files, and the folders that they need. */
export function writeFiles(folder: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

/** Reads all files of a folder, without those of Git. */
export function readFiles(folder: string): Files {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => !path.startsWith('.git/') && statSync(join(folder, path)).isFile())
      .sort()
      .map((path) => [path, readFileSync(join(folder, path), 'utf8')]),
  )
}

export interface CommandResult {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command in a folder, without a terminal. */
export async function runCommand(folder: string, ...args: string[]): Promise<CommandResult> {
  const printed: string[] = []
  const errors: string[] = []
  const status = await main(args, {
    folder,
    print: (text) => void printed.push(text),
    printError: (text) => void errors.push(text),
  })
  return { status, stdout: printed.join('\n'), stderr: errors.join('\n') }
}

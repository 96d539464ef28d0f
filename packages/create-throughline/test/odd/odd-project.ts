import type { Files } from '../project-folder.ts'

/** A project that is written in an unusual way. */
export interface OddProject {
  readonly files: Files
  /** What a file contains afterwards, line endings aside. Default: nothing is looked for. */
  readonly contains?: Readonly<Record<string, string>>
  /** The file that is left to the user, with code 2. Default: none. */
  readonly left?: string
}

/** The files with the line endings of Windows. */
export const CRLF = (files: Files): Files =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text.replaceAll('\n', '\r\n')]))
/** A byte order mark. */
export const BOM = '\uFEFF'

/** A package.json with dependencies. */
export const manifest = (...dependencies: string[]) =>
  `${JSON.stringify({ name: 'odd', dependencies: Object.fromEntries(dependencies.map((each) => [each, '*'])) }, undefined, 2)}\n`

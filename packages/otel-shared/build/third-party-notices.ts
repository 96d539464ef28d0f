import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'

/** The fields of esbuild's metafile that are read. */
export interface BundleMetafile {
  readonly outputs: Readonly<
    Record<string, { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }>
  >
}

const LICENCE_FILE = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i

/**
 * The licences of the packages whose code is in bundles: name, version, licence and its text of each, by name.
 *
 * @param metafiles esbuild's metafiles of the bundles.
 * @param workingFolder the folder that the paths in them are relative to.
 *
 * Throws an `Error` with the name of a package without a licence text, which its licence requires.
 */
export function thirdPartyNotices(
  metafiles: readonly BundleMetafile[],
  workingFolder = process.cwd(),
): string {
  const folders = new Set<string>()
  for (const { outputs } of metafiles) {
    for (const { inputs } of Object.values(outputs)) {
      for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
        const folder = packageFolder(resolve(workingFolder, path))
        if (folder !== undefined && bytesInOutput > 0) folders.add(folder)
      }
    }
  }
  const notices = [...folders].map(readNotice).sort((a, b) => (a.title < b.title ? -1 : 1))
  const unique = notices.filter(({ title }, index) => title !== notices[index - 1]?.title)
  return [
    `The files beside this one contain code of ${unique.length} other packages.\n`,
    ...unique.map(({ title, text }) => `${'-'.repeat(80)}\n${title}\n\n${text.trim()}\n`),
  ].join('\n')
}

/** The folder of the package that a file belongs to; `undefined` for one that is not below node_modules. */
function packageFolder(path: string): string | undefined {
  const marker = `${sep}node_modules${sep}`
  const start = path.lastIndexOf(marker)
  if (start === -1) return undefined
  const [scopeOrName = '', name = ''] = path.slice(start + marker.length).split(sep)
  return join(
    path.slice(0, start + marker.length),
    scopeOrName.startsWith('@') ? join(scopeOrName, name) : scopeOrName,
  )
}

function readNotice(folder: string): { readonly title: string; readonly text: string } {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
    string,
    unknown
  >
  const files = readdirSync(folder).filter((file) => LICENCE_FILE.test(file))
  if (files.length === 0)
    throw new Error(`${name} ${version} (${license}) has no licence file: add its text by hand`)
  const text = files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n')
  return { title: `${name} ${version} (${license})`, text }
}

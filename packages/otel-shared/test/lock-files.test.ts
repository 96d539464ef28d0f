import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const LOCK_FILES = globSync('**/package-lock.json', {
  cwd: ROOT,
  exclude: (name) => name === 'node_modules' || name === 'dist' || name.startsWith('.'),
})

interface LockedPackage {
  readonly link?: boolean
  readonly inBundle?: boolean
  readonly integrity?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

test('all lock files of the repository are found', () => {
  expect(LOCK_FILES).toEqual(expect.arrayContaining(['package-lock.json', 'bench/edge/package-lock.json']))
})

test.each(LOCK_FILES)('%s has a hash of every package, including those of other platforms', (path) => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as {
    packages: Record<string, LockedPackage>
  }
  // A bundled package is in the archive of its parent, whose hash covers it.
  const isInstalled = ([at, { link, inBundle }]: readonly [string, LockedPackage]) =>
    at.includes('node_modules/') && !link && !inBundle
  const withoutHash = Object.entries(packages).filter((entry) => isInstalled(entry) && !entry[1].integrity)
  expect(withoutHash.map(([at]) => at)).toEqual([])

  const missing = Object.entries(packages).flatMap(([at, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => !resolves(packages, at, name))
      .map((name) => `${at || 'the root'} needs ${name}`),
  )
  expect(missing).toEqual([])
})

/** As Node looks for it: in the package's own node_modules, then in those of each folder above. */
function resolves(packages: Readonly<Record<string, LockedPackage>>, from: string, name: string): boolean {
  for (let at = from; ; at = at.slice(0, Math.max(at.lastIndexOf('/'), 0))) {
    if (packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`]) return true
    if (at === '') return false
  }
}

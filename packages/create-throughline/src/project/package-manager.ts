import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun'

const LOCK_FILES: readonly (readonly [file: string, manager: PackageManager])[] = [
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
]

/**
 * The package manager of a project: by the lock file of its folder or the nearest one above, by `packageManager` of
 * package.json, or the one that runs this command.
 */
export function findPackageManager(
  folder: string,
  packageManager: string | undefined,
  userAgent = '',
): PackageManager {
  return findByLockFile(folder) ?? parseName(packageManager ?? '') ?? parseName(userAgent) ?? 'npm'
}

function findByLockFile(folder: string): PackageManager | undefined {
  const [, found] = LOCK_FILES.find(([file]) => existsSync(join(folder, file))) ?? []
  const parent = dirname(folder)
  // A repository, or the root of the file system, ends the search.
  return found ?? (parent === folder || existsSync(join(folder, '.git')) ? undefined : findByLockFile(parent))
}

/** The name in `pnpm@10.1.0` or `pnpm/10.1.0 npm/? node/v24.1.0 linux x64`. */
function parseName(text: string): PackageManager | undefined {
  const [, name] = /^(npm|pnpm|yarn|bun)[@/]/.exec(text) ?? []
  return name as PackageManager | undefined
}

import { spawnSync } from 'node:child_process'

/** True if the repository around a folder has changes that are not committed. False without Git or a repository. */
export function hasUncommittedChanges(folder: string): boolean {
  const { status, stdout } = spawnSync('git', ['status', '--porcelain'], { cwd: folder, encoding: 'utf8' })
  return status === 0 && stdout !== ''
}

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packPackages } from '../../scripts/packages/pack-packages.ts'

/**
 * Packs the packages where the guides expect them: in the folder `throughline/dist` beside the apps. It is outside the
 * repository, because an app would find the packages of the repository otherwise. The folder is removed at the end,
 * unless `FRAMEWORKS_FOLDER` names it.
 */
export default async function pack(): Promise<(() => void) | undefined> {
  if (process.env.FRAMEWORKS_FOLDER !== undefined) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'throughline-frameworks-'))
  const tarballs = join(folder, 'throughline/dist')
  mkdirSync(tarballs, { recursive: true })
  await packPackages(tarballs)
  process.env.FRAMEWORKS_FOLDER = folder
  return () => rmSync(folder, { recursive: true, force: true })
}

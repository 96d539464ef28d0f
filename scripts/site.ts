import { join } from 'node:path'
import { ROOT, run } from './command.ts'
import { installLocked } from './install-locked.ts'

/** Builds the documentation as static files, into dist/site. Throws an `Error` for a page that cannot be built or a dead link. */
export async function buildSite(): Promise<string> {
  const folder = join(ROOT, 'docs/site')
  installLocked(folder)
  await run([process.execPath, join(folder, 'node_modules/vitepress/bin/vitepress.js'), 'build'], {
    cwd: folder,
  })
  return join(ROOT, 'dist/site')
}

if (import.meta.main) console.log(await buildSite())

import { join } from 'node:path'
import { ROOT, run } from './command.ts'

/** Builds what the gateway serves: the browser SDK and the shop, into apps/web/dist. */
export async function build(): Promise<void> {
  await run([join(ROOT, 'node_modules/.bin/vite'), 'build'], { cwd: join(ROOT, 'apps/web') })
}

if (import.meta.main) await build()

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const folder = fileURLToPath(new URL('.', import.meta.url))

/** Writes what a page embeds to dist/. */
mkdirSync(join(folder, 'dist'), { recursive: true })
await build({
  entryPoints: { throughline: join(folder, 'src/script-tag.ts') },
  outdir: join(folder, 'dist'),
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  platform: 'browser',
  legalComments: 'none',
})

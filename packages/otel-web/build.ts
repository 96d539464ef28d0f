import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build } from 'esbuild'
import { standIns } from './build/stand-ins.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))
const dist = join(folder, 'dist')

const script: BuildOptions = {
  outdir: dist,
  bundle: true,
  minify: true,
  target: 'es2022',
  platform: 'browser',
  legalComments: 'none',
  // What loader and SDK say to each other is shortened to the same letters in both.
  mangleProps: /[a-z]_$/,
}

/** Writes to dist/ what a page embeds: the loader, and the SDK that it fetches. */
rmSync(dist, { recursive: true, force: true })
mkdirSync(dist)
const { mangleCache } = await build({
  ...script,
  entryPoints: { throughline: join(folder, 'src/loader/loader.ts') },
  // All of it is one block, so that it needs no function around it to keep its names to itself.
  format: 'esm',
  tsconfigRaw: { compilerOptions: { alwaysStrict: false } },
  mangleCache: {},
})
await build({
  ...script,
  entryPoints: { 'throughline-sdk': join(folder, 'src/script-tag.ts') },
  format: 'iife',
  ...(mangleCache ? { mangleCache } : {}),
  plugins: [standIns()],
})

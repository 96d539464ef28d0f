import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@playwright/test'
import { build } from 'esbuild'

const folder = fileURLToPath(new URL('../..', import.meta.url))

test('the notices beside the scripts name every package whose code is in them', async () => {
  const notices = readFileSync(join(folder, 'dist/THIRD-PARTY-NOTICES.txt'), 'utf8')
  // The packages are read from the source map; the notices are created from the metafile.
  const { outputFiles } = await build({
    absWorkingDir: folder,
    entryPoints: ['src/script/script-tag.ts', 'src/script/extras-script.ts', 'src/loader/loader.ts'],
    outdir: 'out',
    bundle: true,
    write: false,
    sourcemap: 'external',
    minify: true,
    format: 'esm',
    platform: 'browser',
  })
  const sources = outputFiles
    .filter(({ path }) => path.endsWith('.map'))
    .flatMap(({ text }) => (JSON.parse(text) as { sources: string[] }).sources)
  const packages = new Set(
    sources.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []),
  )
  const named = new Set([...notices.matchAll(/^(\S+) \d+\.\d+\.\d+ \(/gm)].map(([, name = '']) => name))
  const unnamed = [...packages].filter((name) => !named.has(name))
  // The build replaces parts of OpenTelemetry's packages by its own code.
  expect(unnamed.filter((name) => !name.startsWith('@opentelemetry/'))).toEqual([])
  expect(packages.size).toBeGreaterThan(3)
  expect(notices).toContain('Apache License')
})

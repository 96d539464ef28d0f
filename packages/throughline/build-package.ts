import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { copyTexts } from '../../scripts/packages/compile-package.ts'

const folder = import.meta.dirname
const output = join(folder, 'dist/package')

/** Writes what is published to dist/package/: the command as one bundle without dependencies, so that `npx` loads one package. */
rmSync(output, { recursive: true, force: true })
mkdirSync(output, { recursive: true })
const { metafile } = await build({
  entryPoints: { bin: join(folder, 'src/bin.ts') },
  outdir: output,
  bundle: true,
  splitting: true,
  metafile: true,
  sourcemap: true,
  format: 'esm',
  target: 'node20',
  platform: 'node',
})
const foreign = Object.values(metafile.outputs)
  .flatMap(({ inputs }) => Object.entries(inputs))
  .filter(([path, { bytesInOutput }]) => bytesInOutput > 0 && path.includes('node_modules/'))
// Code of others needs their licences beside it, as `packages/otel-web/build-package.ts` adds them.
if (foreign.length > 0) throw new Error(`the bundle contains ${foreign.map(([path]) => path).join(', ')}`)
await copyTexts(folder, output)
const { name, version, description, license, type, engines } = JSON.parse(
  readFileSync(join(folder, 'package.json'), 'utf8'),
) as Record<string, unknown>
writeFileSync(
  join(output, 'package.json'),
  `${JSON.stringify(
    {
      ...{ name, version, description, license, type, engines },
      exports: { './package.json': './package.json' },
      bin: { throughline: './bin.js' },
    },
    undefined,
    2,
  )}\n`,
)

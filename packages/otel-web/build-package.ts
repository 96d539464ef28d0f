import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { standIns } from './build/stand-ins.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))
const output = join(folder, 'dist/package')
const source = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown> & {
  dependencies: Record<string, string>
}

/**
 * Writes to dist/package/ what is published: ES modules with the SDK in them and `@opentelemetry/api` outside, so that
 * it is the app's own copy; types; and the scripts for the tag.
 */
await import('./build.ts')
rmSync(output, { recursive: true, force: true })
mkdirSync(output)
await build({
  entryPoints: { index: join(folder, 'src/index.ts') },
  outdir: output,
  bundle: true,
  splitting: true,
  minifySyntax: true,
  format: 'esm',
  target: 'es2022',
  platform: 'browser',
  external: ['@opentelemetry/api'],
  plugins: [standIns(['api'])],
})
await build({
  entryPoints: { vite: join(folder, 'src/vite/index.ts') },
  outdir: output,
  bundle: true,
  format: 'esm',
  target: 'node22',
  platform: 'node',
  packages: 'external',
})
execFileSync(join(folder, '../../node_modules/.bin/tsc'), [
  ...['-p', join(folder, 'tsconfig.json')],
  ...['--noEmit', 'false', '--emitDeclarationOnly'],
  ...['--rootDir', join(folder, 'src'), '--outDir', join(output, 'types')],
])
// The compiler leaves the endings of imports as they are, which nobody else's compiler has to allow.
const types = join(output, 'types')
for (const path of readdirSync(types, { recursive: true, encoding: 'utf8' })) {
  if (!path.endsWith('.d.ts')) continue
  const text = readFileSync(join(types, path), 'utf8')
  writeFileSync(join(types, path), text.replace(/(from ')(\.[^']+)\.ts'/g, "$1$2.js'"))
}
for (const name of ['throughline.js', 'throughline-sdk.js', 'throughline-extras.js']) {
  cpSync(join(folder, 'dist', name), join(output, name))
}
const { name, version, description, license, peerDependencies, dependencies } = source
// Those that the types of the options name; the code of all others is in the bundle.
const published = ['@opentelemetry/instrumentation', '@opentelemetry/sdk-trace-base', 'magic-string']
writeFileSync(
  join(output, 'package.json'),
  JSON.stringify(
    {
      name,
      version,
      description,
      license,
      type: 'module',
      sideEffects: ['./throughline*.js'],
      exports: {
        '.': { types: './types/index.d.ts', default: './index.js' },
        './vite': { types: './types/vite/index.d.ts', default: './vite.js' },
        './*.js': './*.js',
      },
      peerDependencies,
      dependencies: Object.fromEntries(published.map((key) => [key, dependencies[key]])),
    },
    undefined,
    2,
  ),
)

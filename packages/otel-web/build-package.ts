import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { thirdPartyNotices } from '@throughline/otel-shared/third-party-notices'
import { build, type Plugin } from 'esbuild'
import { copyTexts, keepReachable, writeJavaScriptEndings } from '../../scripts/packages/compile-package.ts'
import { standIns } from './build/stand-ins.ts'
import { readRuntimeCode } from './src/vite/runtime-code.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))
const output = join(folder, 'dist/package')
const source = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown> & {
  dependencies: Record<string, string>
}

/**
 * Writes to dist/package/ what is published: ES modules with the SDK in them and `@opentelemetry/api` outside, so that
 * it is the app's own copy; types; and the scripts for the tag.
 */
const { metafiles } = await import('./build.ts')
rmSync(output, { recursive: true, force: true })
mkdirSync(output)
const index = await build({
  metafile: true,
  entryPoints: { index: join(folder, 'src/index.ts'), preact: join(folder, 'src/preact/index.ts') },
  outdir: output,
  bundle: true,
  splitting: true,
  minifySyntax: true,
  sourcemap: true,
  format: 'esm',
  target: 'es2022',
  platform: 'browser',
  external: ['@opentelemetry/api'],
  plugins: [standIns(['api'])],
})
/** Puts the code of the helpers for compiled awaits into the plugin: what is published needs no esbuild. */
const inlineRuntime: Plugin = {
  name: 'inline the runtime of compiled awaits',
  setup(build) {
    build.onLoad({ filter: /runtime-code\.ts$/ }, () => ({
      contents: `export const readRuntimeCode = () => ${JSON.stringify(readRuntimeCode())}`,
    }))
  },
}
const vite = await build({
  metafile: true,
  entryPoints: { vite: join(folder, 'src/vite/index.ts') },
  outdir: output,
  bundle: true,
  sourcemap: true,
  format: 'esm',
  target: 'node22',
  platform: 'node',
  packages: 'external',
  plugins: [inlineRuntime],
})
execFileSync(join(folder, '../../node_modules/.bin/tsc'), [
  ...['-p', join(folder, 'tsconfig.json')],
  ...['--noEmit', 'false', '--emitDeclarationOnly'],
  ...['--rootDir', join(folder, 'src'), '--outDir', join(output, 'types')],
])
await writeJavaScriptEndings(join(output, 'types'))
await keepReachable(join(output, 'types'), ['index.d.ts', 'preact/index.d.ts', 'vite/index.d.ts'])
await copyTexts(folder, output)
for (const name of [
  'throughline.js',
  'throughline-sdk.js',
  'throughline-extras.js',
  'throughline-react.js',
]) {
  cpSync(join(folder, 'dist', name), join(output, name))
}
writeFileSync(
  join(output, 'THIRD-PARTY-NOTICES.txt'),
  thirdPartyNotices([...metafiles, index.metafile, vite.metafile]),
)
const { name, version, description, license, peerDependencies, dependencies } = source
// Those that the types of the options name; the code of all others is in the bundle.
const published = ['@opentelemetry/sdk-trace-base', 'magic-string']
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
        './preact': { types: './types/preact/index.d.ts', default: './preact.js' },
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

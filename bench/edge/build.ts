import { gzipSync } from 'node:zlib'
import { build, type Plugin } from 'esbuild'

const here = import.meta.dirname

export interface Bundle {
  readonly code: string
  readonly gzipBytes: number
}

/** Bundles a worker of this bench as wrangler would, minified. One copy of hono and of the API, the bench's own. */
export async function bundle(name: string): Promise<Bundle> {
  const result = await build({
    entryPoints: [`${here}/workers/${name}.ts`],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker', 'browser', 'import', 'module'],
    external: ['node:*', 'cloudflare:*'],
    plugins: [ownCopies, nodeBuiltins],
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  const code = result.outputFiles[0]?.text ?? ''
  return { code, gzipBytes: gzipSync(code, { level: 9 }).length }
}

/** Ours is read from its source outside of this folder; it is to share hono and the API with the worker under test. */
const ownCopies: Plugin = {
  name: 'own copies',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^(hono|@opentelemetry\/api)($|\/)/ }, ({ path, kind, pluginData }) =>
      pluginData === 'own' ? undefined : resolve(path, { kind, resolveDir: here, pluginData: 'own' }),
    )
  },
}

/** CommonJS asks for `async_hooks` by `require`, which a worker does not have: an import in its place, as wrangler does. */
const nodeBuiltins: Plugin = {
  name: 'node builtins',
  setup({ onResolve, onLoad }) {
    const filter = new RegExp(`^(node:)?(${NODE_BUILTINS.join('|')})$`)
    onResolve({ filter }, ({ path, kind }) =>
      kind === 'require-call'
        ? { path: path.replace('node:', ''), namespace: 'builtin' }
        : { path: `node:${path.replace('node:', '')}`, external: true },
    )
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `export * from 'node:${path}'; export { default } from 'node:${path}'`,
    }))
  },
}

const NODE_BUILTINS = [
  'async_hooks',
  'events',
  'util',
  'buffer',
  'timers',
  'os',
  'path',
  'fs',
  'http',
  'https',
  'url',
  'zlib',
  'stream',
  'process',
  'perf_hooks',
  'diagnostics_channel',
  'worker_threads',
  'child_process',
  'module',
  'readline',
  'net',
  'tls',
  'crypto',
  'assert',
  'string_decoder',
  'querystring',
  'dns',
]

if (process.argv[1] === import.meta.filename) {
  const names = process.argv.slice(2)
  const bare = (await bundle('bare')).gzipBytes
  for (const name of names) console.log(name, (await bundle(name)).gzipBytes - bare, 'B gzip over bare', bare)
}

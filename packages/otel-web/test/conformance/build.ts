import { fileURLToPath } from 'node:url'
import { build as bundle } from 'esbuild'
import { build as viteBuild } from 'vite'
import { type ContextPluginOptions, throughlineContext } from '../../src/vite/index.ts'

const page = (name: string): string => fileURLToPath(new URL(`page/${name}.ts`, import.meta.url))

/** The corpus page's scripts by path: the patterns compiled in three ways, and the context managers. */
export async function buildCorpus(): Promise<Record<string, string>> {
  return {
    '/native.js': await script('main', 'es2022'),
    '/down-levelled.js': await script('main', 'es2016'),
    '/compiled.js': await compiled('main'),
    '/cost.js': await script('cost', 'es2022'),
    '/all-compiled.js': await compiled('main', { dependencies: 'all' }),
    '/compiled-cost.js': await compiled('cost'),
    '/all-compiled-cost.js': await compiled('cost', { dependencies: 'all' }),
    '/managers.js': await script('managers', 'es2022'),
    '/zone.js': await script('zone', 'es2022'),
  }
}

async function script(name: string, target: string): Promise<string> {
  const { outputFiles } = await bundle({
    entryPoints: [page(name)],
    bundle: true,
    write: false,
    format: 'iife',
    target,
    logLevel: 'error',
  })
  return outputFiles[0]?.text ?? ''
}

/** As an app with the plugin is built: by Vite, for browsers of today. */
async function compiled(name: string, options?: ContextPluginOptions): Promise<string> {
  const result = await viteBuild({
    configFile: false,
    logLevel: 'error',
    // A build of a library leaves it to the application.
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [throughlineContext(options)],
    build: { write: false, minify: false, target: 'es2022', lib: { entry: page(name), formats: ['es'] } },
  })
  const [first] = Array.isArray(result) ? result : [result]
  const output = first !== undefined && 'output' in first ? first.output : []
  const chunk = output.find((file) => file.type === 'chunk')
  return chunk !== undefined && 'code' in chunk ? chunk.code : ''
}

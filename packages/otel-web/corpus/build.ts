import { fileURLToPath } from 'node:url'
import { build as bundle } from 'esbuild'

const page = (name: string): string => fileURLToPath(new URL(`page/${name}.ts`, import.meta.url))

/** How the patterns are compiled. */
export type Compilation = 'native' | 'down-levelled'

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

/** The corpus page's scripts by path. */
export async function buildCorpus(): Promise<Record<string, string>> {
  return {
    '/native.js': await script('main', 'es2022'),
    '/down-levelled.js': await script('main', 'es2016'),
    '/managers.js': await script('managers', 'es2022'),
    '/zone.js': await script('zone', 'es2022'),
  }
}

import { join } from 'node:path'
import { type BuildOptions, build } from 'esbuild'

const PACKAGE = join(import.meta.dirname, '../..')

/** Bundles a script for production and returns its script element. Default: a classic script. */
export async function bundledScript(options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    bundle: true,
    format: 'iife',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
    ...options,
    write: false,
  })
  const type = options.format === 'esm' ? ' type="module"' : ''
  return `<script${type}>${outputFiles[0]?.text.replaceAll('</script', '<\\/script')}</script>`
}

/** The same for code that imports from this package's folder. */
export function bundledCode(contents: string, options: BuildOptions = {}): Promise<string> {
  return bundledScript({ stdin: { contents, resolveDir: PACKAGE, loader: 'tsx' }, ...options })
}

import { buildSync } from 'esbuild'

/**
 * Returns `await-runtime.ts` as a JavaScript module. The published package contains the text instead of this function.
 */
export function readRuntimeCode(): string {
  const { outputFiles } = buildSync({
    entryPoints: [new URL('./await-runtime.ts', import.meta.url).pathname],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  })
  return outputFiles.map(({ text }) => text).join('')
}

import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))

export interface ReactPageOptions {
  readonly mode: 'production' | 'development'
  /** The page's script, in this folder. */
  readonly entry?: 'page' | 'cost'
  /** The folder in which React is installed; the workspace's own when absent. */
  readonly modules?: string | undefined
  /** `ReactDOM.render` of React 17, or `createRoot`. */
  readonly root?: 'client' | 'legacy'
  /** Whether React is followed. */
  readonly isFollowed?: boolean
}

/** A page's script with one version of React. */
export async function buildReactPage(options: ReactPageOptions): Promise<string> {
  const { mode, entry = 'page', modules, root = 'client', isFollowed = true } = options
  const { outputFiles } = await build({
    entryPoints: [path(`${entry}.ts`)],
    // Before all else: React is met before it is evaluated.
    inject: isFollowed ? [path('start.ts')] : [],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    minify: entry === 'cost',
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
    logLevel: 'error',
    alias: modules ? { react: `${modules}/react`, 'react-dom': `${modules}/react-dom` } : {},
    plugins: [
      {
        name: 'root',
        setup({ onResolve }) {
          // The libraries are those of the workspace, for its own version of React, as they are published.
          onResolve({ filter: /library-patterns\.ts$/ }, () =>
            modules || mode !== 'production' ? { path: path('versions/no-library-patterns.ts') } : undefined,
          )
          onResolve({ filter: /root-client\.ts$/ }, () => ({ path: path(`versions/root-${root}.ts`) }))
        },
      },
    ],
    ...(modules ? { nodePaths: [modules] } : {}),
  })
  return outputFiles[0]?.text ?? ''
}

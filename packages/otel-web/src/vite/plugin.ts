import { MEETING_NAME, RUNTIME_ID, runtime } from './await-runtime.ts'
import { compileAwaits } from './compile-awaits.ts'
import type { Node } from './syntax-tree.ts'

/** Options of {@link throughlineContext}. */
export interface ContextPluginOptions {
  /**
   * Packages below `node_modules` to compile as well, by name. Default: none. With `'all'` the awaits of other code are
   * not followed, which keeps all awaits of the page fast: what scripts from outside the build await is lost.
   */
  readonly dependencies?: readonly string[] | 'all'
}

/** The part of Rollup's plugin interface that is used, which Vite's and Rolldown's plugins share. */
export interface ContextPlugin {
  readonly name: string
  readonly enforce: 'post'
  resolveId(this: void, id: string): string | undefined
  load(this: void, id: string): string | undefined
  transform(
    this: { parse(code: string): unknown },
    code: string,
    id: string,
  ): { code: string; map: { mappings: string; toString(): string } } | undefined
}

/**
 * Makes the context exact across every `await` of the code it compiles, whatever it waits for.
 * It needs the {@link AsyncContextManager} at run time, and does nothing without one.
 *
 * Runs after TypeScript and JSX have been compiled, brings source maps, and leaves dependencies alone unless named.
 *
 * @example
 * ```ts
 * // vite.config.ts
 * import { throughlineContext } from '@throughline/otel-web/vite'
 * export default { plugins: [throughlineContext()] }
 * ```
 */
export function throughlineContext({ dependencies = [] }: ContextPluginOptions = {}): ContextPlugin {
  return {
    name: 'throughline-context',
    enforce: 'post',
    resolveId: (id) => (id === PUBLIC_ID ? RUNTIME_ID : undefined),
    load: (id) => (id === RUNTIME_ID ? runtime(dependencies === 'all') : undefined),
    transform(code, id) {
      const file = id.split('?')[0] ?? id
      // Says that all is compiled before the SDK can begin to follow awaits.
      const startsSdk = dependencies === 'all' && SDK_IMPORT.test(code)
      if (!(startsSdk || /\bawait\b/.test(code)) || !isCompiled(file, dependencies)) return undefined
      if (code.includes(MEETING_NAME)) return undefined
      return compileAwaits(code, this.parse(code) as Node, PUBLIC_ID, file, startsSdk)
    },
  }
}

/** What compiled modules import the helpers from: an address that other plugins take for a module like any other. */
const PUBLIC_ID = 'virtual:throughline-await'

const SDK_IMPORT = /from\s*['"]@throughline\/otel-web['"]/

/** The SDK, where it is not below `node_modules`: it follows contexts by awaits of its own, which must stay as they are. */
const SDK_FOLDER = new URL('..', import.meta.url).pathname

/**
 * Whether a module is script of the app's own, or of a dependency that was asked for, which Vite's development server
 * gives a name of its own. What it puts into a chunk for several is of none.
 */
function isCompiled(file: string, dependencies: readonly string[] | 'all'): boolean {
  if (file.startsWith('\0') || /\.(css|html|json|svg)$/.test(file)) return false
  if (file.startsWith(SDK_FOLDER)) return false
  const inPackages = file.replaceAll('\\', '/').split('/node_modules/').at(-1)
  if (dependencies === 'all' || inPackages === undefined || inPackages === file) return true
  const prebundled = /^\.vite\/deps\/(.+)\.js$/.exec(inPackages)?.[1]
  return dependencies.some((name) => {
    const flat = name.replaceAll('/', '_').replaceAll('.', '__')
    return prebundled === undefined
      ? inPackages.startsWith(`${name}/`)
      : prebundled === flat || prebundled.startsWith(`${flat}_`)
  })
}

import { MEETING_POINT } from '../context/awaits/compiled-awaits.ts'
import { compileAwaits } from './compile-awaits.ts'
import { readRuntimeCode } from './runtime-code.ts'
import type { Node } from './syntax-tree.ts'

/** Options of {@link throughlineContext}. */
export interface ContextPluginOptions {
  /**
   * Names of packages below `node_modules` to compile as well. Default: none.
   *
   * With `'all'`, awaits of code that is not compiled are not followed. This keeps awaits fast, but scripts from
   * outside the build lose their context at each await.
   */
  readonly dependencies?: readonly string[] | 'all'
}

/** The part of Rollup's plugin interface that Vite and Rolldown share and that is used here. */
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
 * Compiles code so that it keeps its context across every `await`, for any awaited value. The compiled code needs the
 * {@link AsyncContextManager} at run time. Without one it behaves like the original code.
 *
 * Runs after TypeScript and JSX have been compiled, and returns source maps. Compiles only those dependencies that are
 * named.
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
    load: (id) => (id === RUNTIME_ID ? runtimeCode(dependencies === 'all') : undefined),
    transform(code, id) {
      const file = id.split('?')[0] ?? id
      // In this case the module also declares that all code is compiled, before the SDK starts to follow awaits.
      const startsSdk = dependencies === 'all' && SDK_IMPORT.test(code)
      if (!(startsSdk || /\bawait\b/.test(code)) || !isCompiled(file, dependencies)) return undefined
      if (code.includes(MEETING_NAME)) return undefined
      return compileAwaits(code, this.parse(code) as Node, {
        runtime: PUBLIC_ID,
        source: file,
        always: startsSdk,
      })
    },
  }
}

/** The module that compiled code imports the helpers from. Its name looks like a normal module to other plugins. */
const PUBLIC_ID = 'virtual:throughline-await'

/** The resolved id of that module. */
const RUNTIME_ID = '\0throughline:await'

/** The name of the symbol of {@link MEETING_POINT}. Only modules of the SDK contain it, also after bundling. */
const MEETING_NAME = Symbol.keyFor(MEETING_POINT) ?? ''

const SDK_IMPORT = /from\s*['"]@throughline\/otel-web['"]/

/** The folder of the SDK if it is not below `node_modules`. Its own awaits must not be compiled. */
const SDK_FOLDER = new URL('..', import.meta.url).pathname

/**
 * Whether a module is compiled: code of the application, and packages listed in `dependencies`. Vite's development
 * server prebundles packages under other names. Its chunks that several packages share are not compiled.
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

function runtimeCode(allCompiled: boolean): string {
  return readRuntimeCode() + (allCompiled ? 'declareAllCompiled()\n' : '')
}

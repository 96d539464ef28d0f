import { build, parseAst, type Rolldown } from 'vite'
import { describe, expect, test } from 'vitest'
import { type ContextPlugin, type ContextPluginOptions, throughlineContext } from './plugin.ts'

const MEETING: unique symbol = Symbol.for('throughline.contexts')

const FILES: Readonly<Record<string, string>> = {
  '/app/main.tsx': `
    import { load } from 'dependency'
    interface Props { readonly name: string }
    const h = (tag: string, props: object | null, ...children: unknown[]) => ({ tag, props, children })
    export const page = async ({ name }: Props) => <p title={name}>{await load<string>(name)}</p>`,
  '/app/node_modules/dependency/index.js': `
    export const load = async (name) => { await null; return name }`,
}

/** Builds the app above as Vite would, from files that are not on disk. */
async function built(options?: ContextPluginOptions): Promise<Rolldown.OutputChunk> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    oxc: { jsx: { runtime: 'classic', pragma: 'h' } },
    plugins: [
      {
        name: 'files',
        enforce: 'pre',
        resolveId: (id) => (id === 'dependency' ? '/app/node_modules/dependency/index.js' : FILES[id] && id),
        load: (id) => FILES[id],
      },
      throughlineContext(options),
    ],
    build: {
      write: false,
      minify: false,
      sourcemap: true,
      target: 'es2022',
      lib: { entry: '/app/main.tsx', formats: ['es'] },
    },
  })
  const [first] = Array.isArray(result) ? result : [result]
  const chunk = first !== undefined && 'output' in first ? first.output[0] : undefined
  if (chunk === undefined) throw new Error('Vite has built nothing')
  return chunk
}

/** Whether the helpers of the plugin declare in a page that all awaits are compiled. */
async function allCompiled({ resolveId, load }: ContextPlugin): Promise<boolean> {
  const scope: { [MEETING]?: { allCompiled?: boolean } } = globalThis
  delete scope[MEETING]
  const id = resolveId('virtual:throughline-await') ?? ''
  await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(load(id) ?? '')}`)
  const { allCompiled = false } = scope[MEETING] ?? {}
  delete scope[MEETING]
  return allCompiled
}

describe('a Vite build', () => {
  test('the plugin compiles TypeScript with JSX, and its source map names the source', async () => {
    const { code, map } = await built()
    expect(code).toMatch(/await suspend\(load\(name\)/)
    expect(map?.sources.some((source) => source.endsWith('main.tsx'))).toBe(true)
  })

  test('dependencies are unchanged unless they are named', async () => {
    expect((await built()).code).toContain('await null')
    const { code } = await built({ dependencies: ['dependency'] })
    expect(code).not.toContain('await null')
  })

  test("'all' compiles every dependency, and adds its runtime before the imports of a module", async () => {
    const { code } = await built({ dependencies: 'all' })
    expect(code).not.toContain('await null')
    const { transform } = throughlineContext({ dependencies: 'all' })
    const module =
      "import { startTracing } from '@throughline/otel-web'\nstartTracing({ serviceName: 'app' })"
    const compiled = transform.call({ parse: parseAst }, module, '/app/tracing.ts')?.code
    expect(compiled).toMatch(/^import\{.*\}from"virtual:throughline-await";import \{ startTracing/)
    expect(await allCompiled(throughlineContext({ dependencies: 'all' }))).toBe(true)
    expect(await allCompiled(throughlineContext({ dependencies: ['dependency'] }))).toBe(false)
  })

  test('the SDK is unchanged in every bundle that contains it', () => {
    const { transform } = throughlineContext({ dependencies: 'all' })
    const chunk =
      "export const scope = Symbol.for('throughline.contexts')\nexport const f = async () => await 1"
    expect(
      transform.call({ parse: parseAst }, chunk, '/app/node_modules/.vite/deps/chunk-1.js'),
    ).toBeUndefined()
  })
})

import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runRandomProgram, startContexts } from '../../test/conformance/random-program.ts'
import { throughlineContext } from '../vite/index.ts'

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1)

describe('random programs of eight flows', () => {
  let stop: () => void
  beforeAll(() => {
    stop = startContexts()
  })
  afterAll(() => stop())

  test.each(SEEDS)('random programs keep every context (seed %i)', async (seed) => {
    const verdicts = await runRandomProgram(seed)
    expect(verdicts).toMatchObject({ wrong: 0, lost: 0 })
    expect(verdicts.kept).toBeGreaterThan(20)
  })
})

describe.each([
  ['compiled by the plugin', {}],
  ['compiled with all dependencies, so that nothing else is followed', { dependencies: 'all' }],
] as const)('random programs %s', (_, options) => {
  let run: typeof runRandomProgram
  let stop: () => void

  beforeAll(async () => {
    const result = await build({
      configFile: false,
      logLevel: 'error',
      plugins: [throughlineContext(options)],
      build: {
        write: false,
        minify: false,
        target: 'es2022',
        lib: {
          entry: fileURLToPath(new URL('../../test/conformance/random-program.ts', import.meta.url)),
          formats: ['es'],
        },
        rollupOptions: { external: /^node:/ },
      },
    })
    const [first] = Array.isArray(result) ? result : [result]
    const code = first !== undefined && 'output' in first ? first.output[0].code : ''
    const module = await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`)
    run = module.runRandomProgram
    stop = module.startContexts()
  })
  afterAll(() => {
    stop()
    Reflect.deleteProperty(globalThis, Symbol.for('throughline.contexts'))
  })

  test.each(SEEDS)('random programs keep every context (seed %i)', async (seed) => {
    const verdicts = await run(seed)
    expect(verdicts).toMatchObject({ wrong: 0, lost: 0 })
    expect(verdicts.kept).toBeGreaterThan(20)
  })
})

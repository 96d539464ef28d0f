import { testFramework } from './framework-tests.ts'
import { PRODUCT } from './runtime-app.ts'

/** SvelteKit and Astro write parameters in brackets. */
const BRACKETS = { ...PRODUCT, name: 'GET /products/[id]' }
const wrangler = (port: number, ...args: readonly string[]) =>
  ['node_modules/.bin/wrangler', 'dev', ...args, '--port', String(port)] as const

testFramework({ name: 'workers', command: (port) => wrangler(port) })
testFramework({ name: 'sveltekit', command: (port) => wrangler(port, 'worker.ts'), expected: BRACKETS })
testFramework({
  name: 'astro',
  command: (port) => ['node_modules/.bin/astro', 'preview', '--port', String(port)],
  expected: BRACKETS,
})

import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { build as viteBuild } from 'vite'
import { expect, isNamed, isRequestTo, test, waitForSdk, waitForSpan } from './fixtures.ts'
import { writeSnippets } from './snippets.ts'

const root = join(import.meta.dirname, '..')
// Inside the workspace, so that the packages are found as in an app; not in test-results/, which each run empties.
const folder = join(root, 'dist/embed')

test.beforeAll(() => {
  rmSync(folder, { recursive: true, force: true })
  writeSnippets(folder)
})

const read = (path: string) => readFileSync(join(folder, path), 'utf8')

/** Bundles a snippet and returns it as an inline module. */
async function bundle(entry: string): Promise<string> {
  const result = await build({
    entryPoints: [join(folder, entry)],
    bundle: true,
    format: 'esm',
    jsx: 'automatic',
    write: false,
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  })
  return `<script type="module">${result.outputFiles[0]?.text.replaceAll('</script', '<\\/script')}</script>`
}

test('script tag', async ({ page, server }) => {
  server.pages.set('/', { html: read('script-tag/index.html') })
  await page.goto(server.origin)
  await waitForSdk(page)
  await page.click('text=Buy')
  const click = await waitForSpan(server, isNamed('click Buy'))
  expect((await waitForSpan(server, isRequestTo('/api/cart'))).parentSpanId).toBe(click.spanId)
})

const script = (file: string) => readFileSync(join(root, 'dist', file), 'utf8')
const hashOf = (code: string) => `sha384-${createHash('sha384').update(code).digest('base64')}`

for (const allowedBy of ['nonce', 'hash']) {
  test(`inline, allowed by its ${allowedBy}`, async ({ page, server, noise }) => {
    const code = script('throughline.js')
    const source = allowedBy === 'nonce' ? 'nonce-r4nd0m' : hashOf(code)
    const csp = [
      "default-src 'none'",
      // The hash is that of the button's own handler.
      `script-src '${source}' 'strict-dynamic' 'unsafe-hashes' '${hashOf("fetch('/api/cart', { method: 'POST' })")}'`,
      "connect-src 'self'",
      "require-trusted-types-for 'script'",
      'trusted-types throughline',
    ].join('; ')
    const html = read('inline/index.html').replace('/* throughline.js */', () => code)
    const plain = allowedBy === 'nonce' ? html : html.replace(' nonce="r4nd0m"', '')
    server.pages.set('/', { html: plain, headers: { 'content-security-policy': csp } })
    await page.goto(server.origin)
    await waitForSdk(page)
    await page.click('text=Buy')
    const click = await waitForSpan(server, isNamed('click Buy'))
    expect((await waitForSpan(server, isRequestTo('/api/cart'))).parentSpanId).toBe(click.spanId)
    await expect.poll(() => server.requests.map(({ path }) => path)).toContain('/throughline-extras.js')
    expect(noise).toEqual([])
  })
}

test('from another origin, with SRI', async ({ page, server, noise }) => {
  const html = read('sri/index.html')
    .replace('https://cdn.example', server.origin.replace('localhost', 'cdn.localhost'))
    .replaceAll(/sha384-(throughline.*\.js)/g, (_, file: string) => hashOf(script(file)))
  server.pages.set('/', { html })
  await page.goto(server.origin)
  await waitForSdk(page)
  await page.click('text=Buy')
  const click = await waitForSpan(server, isNamed('click Buy'))
  expect((await waitForSpan(server, isRequestTo('/api/cart'))).parentSpanId).toBe(click.spanId)
  await expect.poll(() => server.requests.map(({ path }) => path)).toContain('/throughline-extras.js')
  expect(noise).toEqual([])
})

test('the two ways in of the README', async ({ page, server, serve }) => {
  server.pages.set('/', { html: read('readme/index.html') })
  await page.goto(server.origin)
  await waitForSdk(page)
  await page.click('text=Buy')
  const click = await waitForSpan(server, isNamed('click Buy'))
  expect((await waitForSpan(server, isRequestTo('/api/orders'))).parentSpanId).toBe(click.spanId)

  const module = await bundle('readme/tracing.ts')
  await page.goto(serve('/module', `<button>Sell</button>${module}`, { script: ' ' }))
  await page.evaluate(() => addEventListener('click', () => void fetch('/api/sales')))
  await page.click('text=Sell')
  const sale = await waitForSpan(server, isNamed('click Sell'))
  expect((await waitForSpan(server, isRequestTo('/api/sales'))).parentSpanId).toBe(sale.spanId)
})

test('script tag, actions by hand', async ({ page, server }) => {
  server.pages.set('/', { html: read('by-hand/index.html') })
  await page.goto(server.origin)
  const action = await waitForSpan(server, isNamed('restore cart'))
  expect((await waitForSpan(server, isRequestTo('/api/cart'))).parentSpanId).toBe(action.spanId)
  await expect(page.locator('output')).toHaveText(`restore cart: ${action.traceId}`)
})

/** Awaits of the whole page are slow from then on: see docs/context.md. */
const followsAllAwaits = () =>
  Object.getOwnPropertyDescriptor(Promise.prototype, 'constructor')?.get !== undefined

for (const [config, options, follows] of [
  ['vite/vite.config.ts', {}, true],
  ['vite-all/vite.config.ts', { dependencies: 'all' }, false],
] as const) {
  test(`npm, Vite and the plugin: ${config}`, async ({ page, serve, server }) => {
    const { throughlineContext } = await import('../src/vite/index.ts')
    const shown = Object.keys(options).length > 0 ? "{ dependencies: 'all' }" : ''
    expect(read(config)).toContain(`plugins: [throughlineContext(${shown})]`)
    const output = await viteBuild({
      root: join(folder, 'vite'),
      configFile: false,
      logLevel: 'error',
      plugins: [throughlineContext(options)],
      build: {
        write: false,
        rolldownOptions: { input: join(folder, 'vite/src/main.ts'), output: { codeSplitting: false } },
      },
    })
    const [built] = [output].flat() as { output: { type: string; code?: string }[] }[]
    const code = built?.output.find(({ type }) => type === 'chunk')?.code
    await page.goto(serve('/', `<button>Buy</button><script type="module">${code}</script>`, { script: ' ' }))
    await page.click('button')
    const click = await waitForSpan(server, isNamed('click Buy'))
    expect((await waitForSpan(server, isRequestTo('/api/cart'))).parentSpanId).toBe(click.spanId)
    const start = await waitForSpan(server, isNamed('start'))
    expect((await waitForSpan(server, isRequestTo('/api/start'))).parentSpanId).toBe(start.spanId)
    expect(await page.evaluate(followsAllAwaits)).toBe(follows)
  })
}

for (const [name, entry] of [
  ['React', 'react/src/main.tsx'],
  ['Vue', 'vue/src/main.ts'],
] as const) {
  test(name, async ({ page, serve, server }) => {
    await page.goto(serve('/', `<div id="root"></div>${await bundle(entry)}`, { script: ' ' }))
    await page.click('button')
    await expect(page.locator('button')).toHaveText('bought')
    const click = await waitForSpan(server, isNamed('click Buy'))
    expect((await waitForSpan(server, isRequestTo('/api/orders'))).parentSpanId).toBe(click.spanId)
  })
}

test('server rendering: rendered in Node, hydrated in the browser', async ({ page, serve, server }) => {
  writeFileSync(
    join(folder, 'next/server.tsx'),
    `import { renderToString } from 'react-dom/server'
     import Page from './app/page.tsx'
     export const html = renderToString(<Page />)`,
  )
  writeFileSync(
    join(folder, 'next/client.tsx'),
    `import './instrumentation-client.ts'
     import { hydrateRoot } from 'react-dom/client'
     import Page from './app/page.tsx'
     hydrateRoot(document.getElementById('root') as HTMLElement, <Page />)`,
  )
  const outfile = join(folder, 'next/server.mjs')
  await build({
    entryPoints: [join(folder, 'next/server.tsx')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    jsx: 'automatic',
    outfile,
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)",
    },
    logLevel: 'error',
  })
  const { html } = (await import(pathToFileURL(outfile).href)) as { html: string }
  expect(html).toContain('Buy')
  await page.goto(
    serve('/', `<div id="root">${html}</div>${await bundle('next/client.tsx')}`, { script: ' ' }),
  )
  await page.waitForTimeout(300)
  await page.click('button')
  const action = await waitForSpan(server, isNamed('buy now'))
  const click = await waitForSpan(server, isNamed('click Buy'))
  expect(action.parentSpanId).toBe(click.spanId)
  expect((await waitForSpan(server, isRequestTo('/api/orders'))).parentSpanId).toBe(action.spanId)
})

test('the published package: types, import on a server, a page', async ({ page, serve, server }) => {
  test.setTimeout(60_000)
  execFileSync(process.execPath, [join(root, 'build-package.ts')])
  const built = join(root, 'dist/package')
  const consumer = join(folder, 'package')
  mkdirSync(consumer, { recursive: true })
  writeFileSync(
    join(consumer, 'app.ts'),
    `import { startTracing, type Tracing } from '${built}/index.js'
     const tracing: Tracing = startTracing({ serviceName: 'app' })
     const answer: Promise<number> = tracing.action('published', async () => (await fetch('/api/published')).status)
     export { answer }`,
  )
  writeFileSync(
    join(consumer, 'nameless.ts'),
    `import { startTracing } from '${built}/index.js'
     startTracing({})`,
  )
  writeFileSync(
    join(consumer, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        ...{
          strict: true,
          noEmit: true,
          skipLibCheck: true,
          module: 'preserve',
          lib: ['ES2023', 'DOM', 'DOM.Iterable'],
        },
        ...{ types: [], paths: { [`${built}/index.js`]: [`${built}/types/index.d.ts`] } },
      },
      files: ['app.ts', 'nameless.ts'],
    }),
  )
  const { stdout } = spawnSync(
    join(root, '../../node_modules/.bin/tsc'),
    ['-p', consumer, '--pretty', 'false'],
    {
      encoding: 'utf8',
    },
  )
  // All that is wrong is the call without a name.
  expect(
    stdout
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith(' ')),
  ).toEqual([expect.stringMatching(/nameless\.ts\(2,\d+\): error TS2741: Property 'serviceName' is missing/)])
  const { startTracing } = (await import(
    pathToFileURL(join(built, 'index.js')).href
  )) as typeof import('../src/index.ts')
  expect(startTracing({ serviceName: 'server' }).action('x', () => 7)).toBe(7)
  const code = await bundle('package/app.ts')
  await page.goto(serve('/', code, { script: ' ' }))
  const action = await waitForSpan(server, isNamed('published'))
  expect((await waitForSpan(server, isRequestTo('/api/published'))).parentSpanId).toBe(action.spanId)
})

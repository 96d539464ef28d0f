import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { createServer, build as viteBuild } from 'vite'
import { bundledScript } from './bundled-script.ts'
import {
  attribute,
  exceptionsOf,
  expect,
  isNamed,
  isRequestTo,
  test,
  waitForSdk,
  waitForSpan,
  waitForSpans,
} from './fixtures.ts'
import { writeSnippets } from './snippets.ts'

const root = join(import.meta.dirname, '../..')
// In the workspace, so that packages resolve as in an app, and not in test-results/, which each run empties. Each worker
// of Playwright has its own folder.
const folder = join(root, 'dist/embed', process.env.TEST_WORKER_INDEX ?? '')

test.beforeAll(() => {
  rmSync(folder, { recursive: true, force: true })
  writeSnippets(folder)
})

const read = (path: string) => readFileSync(join(folder, path), 'utf8')

/** Bundles a snippet and returns it as an inline module. */
function bundle(entry: string): Promise<string> {
  return bundledScript({ entryPoints: [join(folder, entry)], format: 'esm' })
}

test('a page with the script tag is traced', async ({ page, server }) => {
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
  test(`the loader runs inline, allowed by its ${allowedBy}`, async ({ page, server, noise }) => {
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

test('an inline loader with the URL of the SDK loads the extras from the same folder', async ({
  page,
  server,
  noise,
}) => {
  const html = read('inline/index.html')
    .replace('/* throughline.js */', () => script('throughline.js'))
    .replace(/ data-extras="[^"]*"/, '')
  server.pages.set('/', { html })
  await page.goto(server.origin)
  await waitForSdk(page)
  await expect.poll(() => server.requests.map(({ path }) => path)).toContain('/throughline-extras.js')
  expect(noise).toEqual([])
})

test('the scripts load from another origin with SRI', async ({ page, server, noise }) => {
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

test('both set-ups of the README work', async ({ page, server, serve }) => {
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

test('the set-up in the README of the package works', async ({ page, server, serve }) => {
  const traces: string[] = []
  page.on('console', (message) => traces.push(message.text()))
  const module = await bundle('package/tracing.ts')
  await page.goto(serve('/', `<button>Buy</button>${module}`, { script: ' ' }))
  await page.evaluate(() => addEventListener('click', () => void fetch('/api/orders')))
  await page.click('text=Buy')
  const click = await waitForSpan(server, isNamed('click Buy'))
  expect((await waitForSpan(server, isRequestTo('/api/orders'))).parentSpanId).toBe(click.spanId)
  await expect.poll(() => traces).toContain(`click Buy: ${click.traceId}`)
})

test('effects of Preact keep the context of the click, as in the guide', async ({
  page,
  server,
  serve,
  noise,
}) => {
  const module = await bundle('preact/src/main.tsx')
  await page.goto(serve('/', `<div id="root"></div>${module}`, { script: ' ' }))
  for (const count of [1, 2]) {
    await page.getByRole('button', { name: 'Add' }).click()
    const effect = await waitForSpan(server, isRequestTo(`/api/prices/${count}`))
    const clicks = await waitForSpans(server, isNamed('click Add'), count)
    expect(clicks.map(({ spanId }) => spanId)).toContain(effect.parentSpanId)
    expect(clicks.map(({ traceId }) => traceId)).toContain(effect.traceId)
  }
  expect(noise).toEqual([])
})

test('actions by hand as in the guide work with the script tag', async ({ page, server }) => {
  server.pages.set('/', { html: read('by-hand/index.html') })
  await page.goto(server.origin)
  const action = await waitForSpan(server, isNamed('restore cart'))
  expect((await waitForSpan(server, isRequestTo('/api/cart'))).parentSpanId).toBe(action.spanId)
  await expect(page.locator('output')).toHaveText(`restore cart: ${action.traceId}`)
})

test('the guide’s user and tenant are on the spans of the page', async ({ page, server }) => {
  server.pages.set('/', { html: read('user/index.html') })
  await page.goto(server.origin)
  await page.click('button')
  const click = await waitForSpan(server, isNamed('click Buy'))
  expect([attribute(click, 'tenant'), attribute(click, 'user.id')]).toEqual(['acme', undefined])
  await page.waitForFunction(() => localStorage.getItem('throughline.attributes')?.includes('user.hash'))
})

/** Awaits of the whole page are slow from then on: see docs/context.md. */
const followsAllAwaits = () =>
  Object.getOwnPropertyDescriptor(Promise.prototype, 'constructor')?.get !== undefined

for (const [config, options, follows] of [
  ['vite/vite.config.ts', {}, true],
  ['vite-all/vite.config.ts', { dependencies: 'all' }, false],
] as const) {
  test(`the guide's set-up with npm, Vite and the plugin works: ${config}`, async ({
    page,
    serve,
    server,
  }) => {
    const { throughlineContext } = await import('../../src/vite/index.ts')
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
    // An app, whose modules may have side effects.
    writeFileSync(join(folder, entry, '../../package.json'), '{}')
    await page.goto(serve('/', `<div id="root"></div>${await bundle(entry)}`, { script: ' ' }))
    await page.click('button')
    await expect(page.locator('button')).toHaveText('bought')
    const click = await waitForSpan(server, isNamed('click Buy'))
    expect((await waitForSpan(server, isRequestTo('/api/orders'))).parentSpanId).toBe(click.spanId)
  })
}

test('a page that is rendered in Node and hydrated in the browser is traced', async ({
  page,
  serve,
  server,
}) => {
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
  // In a separate process, because Playwright would compile React's server code here.
  const print = `import { html } from ${JSON.stringify(pathToFileURL(outfile).href)}; process.stdout.write(html)`
  const html = execFileSync(process.execPath, ['--input-type=module', '-e', print], { encoding: 'utf8' })
  expect(html).toContain('Buy')
  await page.goto(
    serve('/', `<div id="root">${html}</div>${await bundle('next/client.tsx')}`, { script: ' ' }),
  )
  // React has hydrated the button once it has put its own properties on it.
  await page.waitForFunction(() =>
    Object.keys(document.querySelector('button') ?? {}).some((key) => key.startsWith('__reactProps')),
  )
  await page.click('button')
  const action = await waitForSpan(server, isNamed('buy now'))
  const click = await waitForSpan(server, isNamed('click Buy'))
  expect(action.parentSpanId).toBe(click.spanId)
  expect((await waitForSpan(server, isRequestTo('/api/orders'))).parentSpanId).toBe(action.spanId)
})

test('the published package has types, can be imported on a server, and traces a page', async ({
  page,
  serve,
  server,
}) => {
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
  // The only type error is the call without a name.
  expect(
    stdout
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith(' ')),
  ).toEqual([expect.stringMatching(/nameless\.ts\(2,\d+\): error TS2741: Property 'serviceName' is missing/)])
  const { startTracing } = (await import(
    pathToFileURL(join(built, 'index.js')).href
  )) as typeof import('../../src/index.ts')
  expect(startTracing({ serviceName: 'server' }).action('x', () => 7)).toBe(7)
  const code = await bundle('package/app.ts')
  await page.goto(serve('/', code, { script: ' ' }))
  const action = await waitForSpan(server, isNamed('published'))
  expect((await waitForSpan(server, isRequestTo('/api/published'))).parentSpanId).toBe(action.spanId)
})

test('React: an error that a boundary catches is recorded once, on the click that caused it or as a trace', async ({
  page,
  serve,
  server,
}) => {
  await page.goto(
    serve('/', `<div id="root"></div>${await bundle('react-errors/src/main.tsx')}`, { script: ' ' }),
  )
  await page.click('button')
  await expect(page.locator('p')).toHaveText('sorry')
  const failed = await waitForSpan(server, (span) => exceptionsOf(span).length > 0)
  const [event] = exceptionsOf(failed)
  expect(event && attribute(event, 'exception.message')).toBe('no items')
  expect(String(event && attribute(event, 'react.component_stack'))).toContain('at ')
  expect(server.spans().flatMap(exceptionsOf)).toHaveLength(1)
})

test('Vue: an error of an async handler is recorded on its click', async ({ page, serve, server }) => {
  await page.route('**/api/orders', (route) => route.fulfill({ status: 200, body: 'no JSON' }))
  await page.goto(serve('/', `<div id="root"></div>${await bundle('vue/src/main.ts')}`, { script: ' ' }))
  await page.click('button')
  const click = await waitForSpan(server, isNamed('click Buy'))
  const [event] = exceptionsOf(click)
  expect(event && attribute(event, 'exception.type')).toBe('SyntaxError')
  expect(event && attribute(event, 'vue.info')).toBeTruthy()
  expect(server.spans().filter(isNamed('error'))).toEqual([])
})

test('the context manager works with a provider of the app', async ({ page, serve, server }) => {
  await page.goto(
    serve('/', `<button>Buy</button>${await bundle('own-provider/src/main.ts')}`, { script: ' ' }),
  )
  await page.click('button')
  await expect(page).toHaveTitle('kept')
  expect(server.requests.map(({ path }) => path)).toContain('/api/orders')
})

test('Vite’s development server forwards spans to a collector', async ({ server }) => {
  const config = read('vite-proxy/vite.config.ts')
  expect(config).toContain("'/v1/traces': 'http://localhost:4318'")
  const vite = await createServer({
    root: join(folder, 'vite'),
    configFile: false,
    logLevel: 'silent',
    server: { port: 0, proxy: { '/v1/traces': server.origin } },
  })
  try {
    await vite.listen()
    const answer = await fetch(`${vite.resolvedUrls?.local[0]}v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"resourceSpans":[]}',
    })
    expect(answer.status).toBe(200)
    expect(server.exports).toHaveLength(1)
  } finally {
    await vite.close()
  }
})

test('the rewrite of Next.js is omitted if no collector is configured', async () => {
  const config = (environment: string) => {
    const code = `process.env.OTEL_EXPORTER_OTLP_ENDPOINT = ${environment}
      const { default: config } = await import(${JSON.stringify(pathToFileURL(join(folder, 'next/next.config.ts')).href)})
      console.log(JSON.stringify(await config.rewrites()))`
    const run = environment === 'undefined' ? code.replace(/^.*\n/, '') : code
    const { OTEL_EXPORTER_OTLP_ENDPOINT: _, ...env } = process.env
    return JSON.parse(
      execFileSync(process.execPath, ['--input-type=module', '-e', run], { encoding: 'utf8', env }),
    ) as unknown
  }
  expect(config('undefined')).toEqual([])
  expect(config("'http://collector:4318'")).toEqual([
    { source: '/v1/traces', destination: 'http://collector:4318/v1/traces' },
  ])
})

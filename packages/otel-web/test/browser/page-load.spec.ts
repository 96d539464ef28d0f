import { bundledCode } from './bundled-script.ts'
import { attribute, expect, isNamed, isRequestTo, test, waitForSpan } from './fixtures.ts'

/** A module script of an app that imports the SDK from the package, in the order of a usual entry file. */
function app(code: string): Promise<string> {
  return bundledCode(`import { startTracing } from './src/index.ts'\n${code}`, { format: 'esm' })
}

const START = `window.throughline = startTracing({ serviceName: 'app' })\n`

/** Requests of an app during the page load. All of them are part of it. */
const APPS: Readonly<Record<string, readonly [code: string, paths: readonly string[]]>> = {
  'an effect of React': [
    `import { useEffect } from 'react'
     import { createRoot } from 'react-dom/client'
     ${START}
     function App() {
       useEffect(() => { void (async () => { await fetch('/api/first'); await fetch('/api/second') })() }, [])
       return null
     }
     createRoot(document.getElementById('root')).render(<App />)`,
    ['/api/first', '/api/second'],
  ],
  'an effect after a state of React': [
    `import { useEffect, useState } from 'react'
     import { createRoot } from 'react-dom/client'
     ${START}
     function Item() { useEffect(() => void fetch('/api/item'), []); return null }
     function App() {
       const [shown, show] = useState(false)
       useEffect(() => { void fetch('/api/list').then((answer) => answer.json()).then(() => show(true)) }, [])
       return shown ? <Item /> : null
     }
     createRoot(document.getElementById('root')).render(<App />)`,
    ['/api/list', '/api/item'],
  ],
  'React, hydrated when the page is idle': [
    `import { useEffect } from 'react'
     import { hydrateRoot } from 'react-dom/client'
     ${START}
     function App() { useEffect(() => void fetch('/api/effect'), []); return <p>there</p> }
     requestIdleCallback(() => {
       const root = document.getElementById('root')
       root.innerHTML = '<p>there</p>'
       hydrateRoot(root, <App />)
     })`,
    ['/api/effect'],
  ],
  'a component of React that is loaded on demand': [
    `import { lazy, Suspense, useEffect } from 'react'
     import { createRoot } from 'react-dom/client'
     const native = window.setTimeout.bind(window)
     ${START}
     function Item() { useEffect(() => void fetch('/api/lazy'), []); return null }
     const loaded = new Promise((resolve) => window.addEventListener('load', () => native(resolve, 0)))
     const Lazy = lazy(() => loaded.then(() => ({ default: Item })))
     createRoot(document.getElementById('root')).render(<Suspense><Lazy /></Suspense>)`,
    ['/api/lazy'],
  ],
  'setup and hooks of Vue': [
    `import { createApp, h, onMounted, Suspense } from 'vue'
     ${START}
     const Later = { async setup() { await fetch('/api/async-setup'); await fetch('/api/async-setup-2'); return () => h('p') } }
     createApp({
       setup() {
         void fetch('/api/setup')
         onMounted(() => void fetch('/api/mounted'))
         return () => h(Suspense, null, { default: () => h(Later) })
       },
     }).mount('#root')`,
    ['/api/setup', '/api/mounted', '/api/async-setup', '/api/async-setup-2'],
  ],
  'a top-level await': [
    `${START} await fetch('/api/first'); await null; await fetch('/api/second')`,
    ['/api/first', '/api/second'],
  ],
  'timers, frames and idle time': [
    `${START}
     setTimeout(() => void fetch('/api/timer'), 30)
     requestAnimationFrame(() => void fetch('/api/frame'))
     requestIdleCallback(() => void fetch('/api/idle'))
     queueMicrotask(() => void fetch('/api/microtask'))
     document.addEventListener('DOMContentLoaded', () => void fetch('/api/ready'))
     window.addEventListener('load', () => void fetch('/api/load'))`,
    ['/api/timer', '/api/frame', '/api/idle', '/api/microtask', '/api/ready', '/api/load'],
  ],
  XMLHttpRequest: [
    `${START} const xhr = new XMLHttpRequest(); xhr.open('GET', '/api/xhr'); xhr.onload = () => void fetch('/api/after'); xhr.send()`,
    ['/api/xhr', '/api/after'],
  ],
}

/** What the load event causes. */
const AFTER_LOAD: readonly string[] = ['/api/lazy', '/api/load']

for (const [name, [code, paths]] of Object.entries(APPS)) {
  test(`with an npm import, ${name} is a child of the page load`, async ({ page, serve, server, noise }) => {
    // The page is loaded when it has asked for all of it, however long its idle time is in coming.
    const until = paths.filter((path) => !AFTER_LOAD.includes(path)).join()
    const image = until && `<img src="/api/image?until=${until}">`
    await page.goto(serve('/', `<div id="root"></div>${image}${await app(code)}`, { script: ' ' }))
    const load = await waitForSpan(server, isNamed('load /'))
    for (const path of paths) {
      const request = await waitForSpan(server, isRequestTo(path))
      expect(request.parentSpanId, path).toBe(load.spanId)
      expect(BigInt(request.endTimeUnixNano) <= BigInt(load.endTimeUnixNano), path).toBe(true)
    }
    expect(noise).toEqual([])
  })
}

test('with an npm import, requests of other module scripts are children of the page load', async ({
  page,
  serve,
  server,
}) => {
  const other = `<script type="module">await fetch('/api/other'); setTimeout(() => fetch('/api/later'), 20)</script>`
  // The image delays the load event.
  const image = '<img src="/api/image?until=/api/later">'
  await page.goto(serve('/', `${image}${await app(START)}${other}`, { script: ' ' }))
  const load = await waitForSpan(server, isNamed('load /'))
  for (const path of ['/api/other', '/api/later']) {
    expect((await waitForSpan(server, isRequestTo(path))).parentSpanId, path).toBe(load.spanId)
  }
})

/** Frameworks that import the app dynamically, such as SvelteKit, start it after the load event. */
const WAIT_FOR_LOAD = `await new Promise((resolve) => window.addEventListener('load', () => setTimeout(resolve)))\n`

test('with an npm import, the page load owns what an app asks for that starts after the load event', async ({
  page,
  serve,
  server,
}) => {
  const code = `${WAIT_FOR_LOAD}${START} await fetch('/api/first'); setTimeout(() => void fetch('/api/second'))`
  await page.goto(serve('/', await app(code), { script: ' ' }))
  const load = await waitForSpan(server, isNamed('load /'))
  for (const path of ['/api/first', '/api/second']) {
    expect((await waitForSpan(server, isRequestTo(path))).parentSpanId, path).toBe(load.spanId)
  }
})

test('with an npm import, the page load owns what an app asks for when its scripts have loaded', async ({
  page,
  serve,
  server,
}) => {
  // Listeners of a script that runs before tracing starts have no context.
  const other = `<script>
    let loadedMillis = 0
    const next = () => {
      const nowMillis = performance.now()
      if (nowMillis - loadedMillis > 2200) return void fetch('/api/after')
      const script = document.createElement('script')
      script.onload = script.onerror = next
      script.src = '/api/script/' + nowMillis + '?delay=100'
      document.head.append(script)
    }
    window.addEventListener('load', () => {
      loadedMillis = performance.now()
      next()
    })
  </script>`
  await page.goto(serve('/', `${other}${await app(START)}`, { script: ' ' }))
  const load = await waitForSpan(server, isNamed('load /'))
  expect((await waitForSpan(server, isRequestTo('/api/after'))).parentSpanId).toBe(load.spanId)
})

test('with an npm import, a request after a click is a root where tracing starts after the click', async ({
  page,
  serve,
  server,
}) => {
  const clicked = `await new Promise((resolve) => { document.querySelector('button').onclick = resolve })\n`
  const code = `${WAIT_FOR_LOAD}${clicked}${START} void fetch('/api/late')`
  await page.goto(serve('/', `<button>Go</button>${await app(code)}`, { script: ' ' }))
  await page.waitForFunction('document.querySelector("button").onclick')
  await page.click('button')
  expect((await waitForSpan(server, isRequestTo('/api/late'))).parentSpanId).toBeUndefined()
})

test('with an npm import, a poll from the start of the page does not extend the page load', async ({
  page,
  serve,
  server,
}) => {
  const code = `${START} let polls = 0
    const poll = async () => { await fetch('/api/poll/' + ++polls + '/'); setTimeout(poll, 700) }
    void poll()`
  await page.goto(serve('/', await app(code), { script: ' ' }))
  const load = await waitForSpan(server, isNamed('load /'))
  expect(attribute(load, 'throughline.action.end_reason')).toBe('done')
  expect((await waitForSpan(server, isRequestTo('/api/poll/1/'))).parentSpanId).toBe(load.spanId)
  // A poll that starts after the page load has ended.
  const sent = server.spans().filter(isRequestTo('/api/poll/')).length
  const late = await waitForSpan(server, isRequestTo(`/api/poll/${sent + 2}/`))
  expect(late.parentSpanId).toBeUndefined()
  expect(late.links.map(({ spanId }) => spanId)).toEqual([load.spanId])
})

test('with an npm import, an action by hand and a click during the page load are roots', async ({
  page,
  serve,
  server,
}) => {
  const code = `${START}
    void window.throughline.action('start', async () => void (await fetch('/api/start')))
    document.querySelector('button').onclick = () => void fetch('/api/click')`
  // The image delays the load event.
  await page.goto(
    serve('/', `<img src="/api/image?until=/api/start,/api/click"><button>Go</button>${await app(code)}`, {
      script: ' ',
    }),
    {
      waitUntil: 'commit',
    },
  )
  await page.waitForFunction('document.querySelector("button")?.onclick')
  await page.click('button')
  for (const [name, path] of [
    ['start', '/api/start'],
    ['click Go', '/api/click'],
  ] as const) {
    const root = await waitForSpan(server, isNamed(name))
    expect(root.parentSpanId).toBeUndefined()
    expect((await waitForSpan(server, isRequestTo(path))).parentSpanId).toBe(root.spanId)
  }
})

test('a page whose elements have the names of document properties is traced', async ({
  page,
  serve,
  server,
  noise,
}) => {
  const images = ['readyState', 'visibilityState', 'addEventListener', 'referrer', 'body', 'prerendering']
    .map((name) => `<img name="${name}">`)
    .join('')
  await page.goto(
    serve('/', `${images}<button onclick="fetch('/api/x')">Go</button>${await app(START)}`, { script: ' ' }),
  )
  await page.click('button')
  const click = await waitForSpan(server, isNamed('click Go'))
  expect((await waitForSpan(server, isRequestTo('/api/x'))).parentSpanId).toBe(click.spanId)
  await waitForSpan(server, isNamed('load /'))
  expect(noise).toEqual([])
})

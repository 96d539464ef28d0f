import type { Page } from '@playwright/test'
import { bundledCode } from './bundled-script.ts'
import { expect, isNamed, isRequestTo, type PageServer, test, waitForSpan } from './fixtures.ts'
import { waitForReact } from './react-page.ts'

const DEVELOPMENT = { define: { 'process.env.NODE_ENV': '"development"' } }

const IMPORTS = `
  import { createElement as h, useDebugValue, useEffect, useState } from 'react'
  import { createRoot } from 'react-dom/client'
  window.setters ??= new Set()`

/** Sets state after an await; an effect requests what was set. */
const APP = `
  function useCount() {
    const [count, setCount] = useState(0)
    return [count, setCount]
  }
  function App() {
    const [count, setCount] = useCount()
    useEffect(() => {
      // In an effect: React can throw away a render, with the setter of its own.
      setters.add(setCount)
      if (count) void fetch('/api/effect-' + count)
    }, [count])
    const onClick = async () => {
      await fetch('/api/first')
      setCount((before) => before + 1)
    }
    return h('button', { onClick }, 'Count ' + count)
  }`
const RENDER = `createRoot(document.querySelector('#root')).render(h(App))`
const START = `import { startTracing } from './src/index.ts'
  window.throughline = startTracing({ serviceName: 'app' })`
const ROOT = '<div id="root"></div>'

/** Clicks the button that shows \`count\`; the effect's request must be a child of the click. */
async function expectFollowed(page: Page, server: PageServer, count = 0, label = 'Count'): Promise<void> {
  await page.getByRole('button', { name: `${label} ${count}` }).click()
  const effect = await waitForSpan(server, isRequestTo(`/api/effect-${count + 1}`))
  const click = await waitForSpan(server, isNamed(`click ${label} ${count}`))
  expect(effect.traceId).toBe(click.traceId)
  expect(effect.parentSpanId).toBe(click.spanId)
}

/** In development React advertises its tools. */
const faultsOf = (noise: readonly string[]) =>
  noise.filter((line) => !line.includes('Download the React DevTools'))

/** The function that the hook of another tool called at commits, before it was replaced. */
const KEEP_COMMIT = 'window.ownCommit = __REACT_DEVTOOLS_GLOBAL_HOOK__.onCommitFiberRoot;'

test.describe('React Refresh', () => {
  const INJECT = `import runtime from 'react-refresh/runtime'
    runtime.injectIntoGlobalHook(window)
    ${KEEP_COMMIT}`
  const REFRESHED = `
    import runtime from 'react-refresh/runtime'
    ${IMPORTS}
    ${APP}
    runtime.register(App, 'App')
    window.refresh = () => {
      const Before = App
      const Next = () => {
        const element = Before()
        return h('button', element.props, 'Again ' + element.props.children)
      }
      runtime.register(Next, 'App')
      runtime.performReactRefresh()
    }
    ${RENDER}`

  /** One bundle, so that the modules share one runtime, whose imports are evaluated in this order. */
  const inOrder = (...modules: readonly string[]) =>
    bundledCode(modules.map((_, nth) => `import 'part-${nth}'`).join('\n'), {
      ...DEVELOPMENT,
      plugins: [partsOf(modules)],
    })

  for (const [order, first, second] of [
    ['before', INJECT, START],
    ['after', START, INJECT],
  ] as const) {
    test(`with a React Refresh runtime ${order} tracing, state is kept and effects keep their click`, async ({
      page,
      serve,
      server,
      noise,
    }) => {
      const code = await inOrder(first, second, REFRESHED)
      await page.goto(serve('/', `${ROOT}${code}`, { script: '' }))
      await waitForReact(page, 'ownCommit')
      await expectFollowed(page, server)
      await page.evaluate('refresh()')
      await expectFollowed(page, server, 1, 'Again Count')
      expect(await page.evaluate('setters.size')).toBe(1)
      expect(faultsOf(noise)).toEqual([])
    })
  }
})

test.describe('React DevTools', () => {
  const INSTALL = `import { activate, createBridge, initialize } from 'react-devtools-inline/backend'
    initialize(window)
    ${KEEP_COMMIT}
    /** Connects the backend, as its user interface does. */
    window.connect = () => {
      const { promise, resolve } = Promise.withResolvers()
      const wall = { listen: (fn) => { resolve(fn); return () => {} }, send() {} }
      activate(window, { bridge: createBridge(window, wall) })
      return promise.then((post) => post({ event: 'savedPreferences', payload: { componentFilters: [] } }))
    }
    const names = ({ name, subHooks }) => subHooks.length ? { [name]: subHooks.map(names) } : name
    /** The hooks of the component that shows the button. */
    window.inspect = () => {
      const [renderer] = __REACT_DEVTOOLS_GLOBAL_HOOK__.rendererInterfaces.values()
      const button = renderer.getElementIDForHostInstance(document.querySelector('button'))
      const { id } = renderer.getOwnersList(button).find(({ displayName }) => displayName === 'App')
      return renderer.inspectElement(1, id, null, true).value.hooks.data.map(names)
    }`

  test('React DevTools installed before tracing show components and hooks as without it', async ({
    page,
    serve,
    server,
    noise,
  }) => {
    const app = await bundledCode(`${IMPORTS}\n${APP}\n${RENDER}`, DEVELOPMENT)
    const head = await bundledCode(INSTALL, DEVELOPMENT)
    await page.goto(serve('/', `${ROOT}${app}`, { head }))
    await waitForReact(page, 'ownCommit')
    await page.evaluate('connect()')
    await expectFollowed(page, server)
    expect(await page.evaluate('inspect()')).toEqual([{ Count: ['State'] }, 'Effect'])
    // Inspecting calls the component with a dispatcher of DevTools.
    await expectFollowed(page, server, 1)
    expect(await page.evaluate('__REACT_DEVTOOLS_GLOBAL_HOOK__.getFiberRoots(1).size')).toBe(1)
    expect(faultsOf(noise)).toEqual([])
  })

  test('React DevTools installed after tracing work, and React, which reports only to them, is not followed', async ({
    page,
    serve,
    server,
    noise,
  }) => {
    const body = `${await bundledCode(INSTALL, DEVELOPMENT)}${await bundledCode(`${IMPORTS}\n${APP}\n${RENDER}`, DEVELOPMENT)}`
    await page.goto(serve('/', `${ROOT}${body}`))
    await page.evaluate('connect()')
    await page.getByRole('button', { name: 'Count 0' }).click()
    const effect = await waitForSpan(server, isRequestTo('/api/effect-1'))
    // Lost, never wrong.
    expect(effect.parentSpanId ?? '').toBe('')
    expect(await page.evaluate('inspect()')).toEqual([{ Count: ['State'] }, 'Effect'])
    expect(faultsOf(noise)).toEqual([])
  })
})

test('two copies of React on one page are followed, also where one renders inside of the other', async ({
  page,
  serve,
  server,
  noise,
}) => {
  const first = await bundledCode(`${IMPORTS}
    ${APP}
    ${RENDER}`)
  const second = await bundledCode(`${IMPORTS}
    import { useLayoutEffect, useRef } from 'react'
    import { flushSync } from 'react-dom'
    ${APP.replaceAll('Count ', 'Inner ').replaceAll('/api/effect-', '/api/inner-effect-')}
    window.renderInner = (element) => flushSync(() => createRoot(element).render(h(App)))`)
  const third = await bundledCode(`${IMPORTS}
    import { useLayoutEffect, useRef } from 'react'
    function Host() {
      const ref = useRef(null)
      const [shown, setShown] = useState(0)
      // Renders the root of the other copy while this one commits.
      useLayoutEffect(() => { if (shown) renderInner(ref.current) }, [shown])
      useEffect(() => { if (shown) void fetch('/api/host-effect') }, [shown])
      const onClick = async () => { await fetch('/api/first'); setShown(1) }
      return h('section', null, h('button', { onClick }, 'Show'), h('div', { ref }))
    }
    createRoot(document.querySelector('#host')).render(h(Host))`)
  await page.goto(serve('/', `${ROOT}<div id="host"></div>${first}${second}${third}`))
  await waitForReact(page)
  await expectFollowed(page, server)
  await page.getByRole('button', { name: 'Show' }).click()
  const effect = await waitForSpan(server, isRequestTo('/api/host-effect'))
  expect(effect.parentSpanId).toBe((await waitForSpan(server, isNamed('click Show'))).spanId)
  await page.getByRole('button', { name: 'Inner 0' }).click()
  const inner = await waitForSpan(server, isRequestTo('/api/inner-effect-1'))
  expect(inner.parentSpanId).toBe((await waitForSpan(server, isNamed('click Inner 0'))).spanId)
  await expectFollowed(page, server, 1)
  expect(await page.evaluate('setters.size')).toBe(2)
  expect(faultsOf(noise)).toEqual([])
})

/** Resolves \`part-0\` and so on to modules with the given contents. */
function partsOf(modules: readonly string[]): import('esbuild').Plugin {
  return {
    name: 'parts',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^part-\d$/ }, ({ path }) => ({ path, namespace: 'parts' }))
      onLoad({ filter: /./, namespace: 'parts' }, ({ path }) => ({
        contents: modules[Number(path.slice(-1))] ?? '',
        resolveDir: new URL('../..', import.meta.url).pathname,
        loader: 'tsx',
      }))
    },
  }
}

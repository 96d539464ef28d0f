import { bundledCode } from './bundled-script.ts'
import {
  attribute,
  expect,
  holdScript,
  isNamed,
  isRequestTo,
  scriptOf,
  test,
  WAYS,
  waitForExtras,
  waitForSdk,
  waitForSpan,
} from './fixtures.ts'
import { waitForReact } from './react-page.ts'

/** A page with effects that fetch, which React runs long after the click. */
const APP = `
  import { createElement as h, useEffect, useState } from 'react'
  import { createRoot } from 'react-dom/client'
  const setters = new Set()
  const App = () => {
    const [id, setId] = useState(0)
    // In an effect: React can throw away a render, with the setter of its own.
    useEffect(() => { window.setters = setters.add(setId).size })
    useEffect(() => { if (id) void fetch('/api/effect-' + id) }, [id])
    const onClick = async (next) => {
      await fetch('/api/first-' + next)
      setId(next)
    }
    return h('main', null,
      h('button', { id: 'one', onClick: () => onClick(1) }, 'One'),
      h('button', { id: 'two', onClick: () => onClick(2) }, 'Two'),
      h('output', null, id))
  }
  createRoot(document.querySelector('#root')).render(h(App))
`

async function bundled(app: string): Promise<string> {
  return `<div id="root"></div>${await bundledCode(app)}`
}

for (const way of WAYS) {
  test(`${way}: a request of an effect after an await is a child of the click`, async ({
    page,
    serve,
    server,
    noise,
  }) => {
    await page.goto(serve('/', await bundled(APP), { script: await scriptOf(way) }))
    await waitForSdk(page)
    await waitForReact(page)
    for (const [id, name] of [
      ['1', 'click One'],
      ['2', 'click Two'],
    ] as const) {
      await page.getByRole('button', { name: id === '1' ? 'One' : 'Two' }).click()
      const effect = await waitForSpan(server, isRequestTo(`/api/effect-${id}`))
      const click = await waitForSpan(server, isNamed(name))
      expect(effect.traceId).toBe(click.traceId)
      expect(effect.parentSpanId).toBe(click.spanId)
    }
    expect(await page.evaluate('setters')).toBe(1)
    expect(noise).toEqual([])
  })
}

test('a page without React does not load the React chunk', async ({ visit, serve, server, page }) => {
  await visit(serve('/', '<button>Buy</button>'))
  await waitForExtras(page)
  await page.click('button')
  await page.evaluate(() => window.throughline?.action('bought', () => {}))
  await waitForSpan(server, isNamed('bought'))
  expect(server.requests.map(({ path }) => path)).not.toContain('/throughline-react.js')
})

test('an existing hook of React DevTools gets all reports of React', async ({ page, serve, server }) => {
  const head = `<script>
    const renderers = new Map()
    window.__REACT_DEVTOOLS_GLOBAL_HOOK__ = {
      renderers, supportsFiber: true, commits: 0,
      inject(internals) { renderers.set(7, internals); return 7 },
      onCommitFiberRoot(id) { if (id === 7) this.commits++ },
    }
    window.ownCommit = __REACT_DEVTOOLS_GLOBAL_HOOK__.onCommitFiberRoot
  </script>`
  await page.goto(serve('/', await bundled(APP), { head }))
  await waitForSdk(page)
  await waitForReact(page, 'ownCommit')
  await page.getByRole('button', { name: 'One' }).click()
  const effect = await waitForSpan(server, isRequestTo('/api/effect-1'))
  const click = await waitForSpan(server, isNamed('click One'))
  expect(effect.traceId).toBe(click.traceId)
  expect(await page.evaluate('__REACT_DEVTOOLS_GLOBAL_HOOK__.commits')).toBeGreaterThan(1)
})

test('an effect of a render with the updates of two actions links to both', async ({
  page,
  serve,
  server,
}) => {
  const app = `
    import { createElement as h, useEffect, useState } from 'react'
    import { createRoot } from 'react-dom/client'
    const App = () => {
      const [items, setItems] = useState([])
      window.add = (item) => setItems((before) => [...before, item])
      useEffect(() => { if (items.length) void fetch('/api/items-' + items.length) }, [items])
      return h('output', null, items.length)
    }
    createRoot(document.querySelector('#root')).render(h(App))
  `
  await page.goto(serve('/', await bundled(app)))
  await waitForSdk(page)
  await waitForReact(page)
  await page.evaluate(() => {
    const { add } = window as unknown as { add: (item: number) => void }
    for (const name of ['one', 'two']) window.throughline?.action(name, () => add(1))
  })
  const effect = await waitForSpan(server, isRequestTo('/api/items-2'))
  const actions = [await waitForSpan(server, isNamed('one')), await waitForSpan(server, isNamed('two'))]
  expect(effect.parentSpanId ?? '').toBe('')
  expect(effect.links.map(({ spanId }) => spanId)).toEqual(actions.map(({ spanId }) => spanId))
  expect(effect.links.map((link) => attribute(link, 'throughline.attribution'))).toEqual([
    'possible',
    'possible',
  ])
})

test('an effect of an update that another action overtakes links to both', async ({
  page,
  serve,
  server,
}) => {
  const app = `
    import { createElement as h, startTransition, useEffect, useState } from 'react'
    import { flushSync } from 'react-dom'
    import { createRoot } from 'react-dom/client'
    let all = {}
    const App = () => {
      const [state, setState] = useState(all)
      const write = (name) => { all = { ...all, [name]: true }; setState(all) }
      window.later = (name) => startTransition(() => write(name))
      window.now = (name) => flushSync(() => write(name))
      useEffect(() => { if (state.one) void fetch('/api/effect-of-one') }, [state.one])
      return h('output', null, Object.keys(state).length)
    }
    createRoot(document.querySelector('#root')).render(h(App))
  `
  await page.goto(serve('/', await bundled(app)))
  await waitForSdk(page)
  await waitForReact(page)
  await page.evaluate(() => {
    const { later, now } = window as unknown as Record<'later' | 'now', (name: string) => void>
    window.throughline?.action('one', () => later('one'))
    window.throughline?.action('two', () => now('two'))
  })
  const effect = await waitForSpan(server, isRequestTo('/api/effect-of-one'))
  const actions = [await waitForSpan(server, isNamed('one')), await waitForSpan(server, isNamed('two'))]
  expect(effect.parentSpanId ?? '').toBe('')
  const ids = (spans: readonly { readonly spanId: string }[]) => spans.map(({ spanId }) => spanId).sort()
  expect(ids(effect.links)).toEqual(ids(actions))
})

test('a form with useActionState and useOptimistic works before and after the chunk has loaded', async ({
  page,
  serve,
  server,
  noise,
}) => {
  const app = `
    import { createElement as h, useActionState, useEffect, useOptimistic } from 'react'
    import { createRoot } from 'react-dom/client'
    const Form = () => {
      const [count, save] = useActionState(async (before) => {
        await fetch('/api/save-' + (before + 1))
        return before + 1
      }, 0)
      const [shown, show] = useOptimistic(count)
      useEffect(() => { if (count) void fetch('/api/saved-' + count) }, [count])
      const submit = (data) => { show(count + 0.5); save(data) }
      return h('form', { action: submit }, h('button', null, 'Save'), h('output', null, shown))
    }
    createRoot(document.querySelector('#root')).render(h(Form))
  `
  const release = await holdScript(page, 'react')
  await page.goto(serve('/', await bundled(app)), { waitUntil: 'commit' })
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.locator('output')).toHaveText('1')
  release()
  await waitForReact(page)
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.locator('output')).toHaveText('2')
  const save = await waitForSpan(server, isRequestTo('/api/save-2'))
  const saved = await waitForSpan(server, isRequestTo('/api/saved-2'))
  expect(saved.traceId).toBe(save.traceId)
  expect(saved.parentSpanId).toBe(save.parentSpanId)
  expect(noise).toEqual([])
})

test('useFormStatus, whose hook returns no setter, works before and after the chunk has loaded', async ({
  page,
  serve,
  noise,
}) => {
  const app = `
    import { createElement as h, useState } from 'react'
    import { createRoot } from 'react-dom/client'
    import { useFormStatus } from 'react-dom'
    const Status = () => h('output', null, useFormStatus().pending ? 'sending' : 'idle')
    const Form = () => {
      const [count, setCount] = useState(0)
      const save = async () => { await fetch('/api/save'); setCount((before) => before + 1) }
      return h('form', { action: save }, h('button', null, 'Save ' + count), h(Status))
    }
    createRoot(document.querySelector('#root')).render(h(Form))
  `
  const release = await holdScript(page, 'react')
  await page.goto(serve('/', await bundled(app)), { waitUntil: 'commit' })
  await expect(page.locator('output')).toHaveText('idle')
  await page.getByRole('button', { name: 'Save 0' }).click()
  await expect(page.getByRole('button')).toHaveText('Save 1')
  release()
  await waitForReact(page)
  await page.getByRole('button', { name: 'Save 1' }).click()
  await expect(page.getByRole('button')).toHaveText('Save 2')
  expect(noise).toEqual([])
})

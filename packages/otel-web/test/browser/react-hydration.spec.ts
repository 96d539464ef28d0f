import { bundledCode } from './bundled-script.ts'
import { expect, isNamed, isRequestTo, test, waitForSpan } from './fixtures.ts'
import { waitForReact } from './react-page.ts'

/** What the server has rendered: a boundary of Suspense that is complete. */
const HTML = '<div id="root"><main><h1>Shop</h1><!--$--><button>Buy 0</button><!--/$--></main></div>'

/** React's scheduler uses `setImmediate` where it exists. Here its tasks wait until the test runs them. */
const TASKS = `<script>
  const tasks = []
  window.setImmediate = (task) => tasks.push(task)
  window.runTask = () => tasks.shift()?.()
  window.runTasks = () => { while (tasks.length) tasks.shift()() }
</script>`

const APP = `
  import { createElement as h, Suspense, useEffect, useState } from 'react'
  import { hydrateRoot } from 'react-dom/client'
  const setters = window.setters = new Set()
  window.hydrated = []
  const Buy = () => {
    const [count, setCount] = useState(0)
    // In an effect: React throws away a render that it interrupts, with the setter of its own.
    useEffect(() => { setters.add(setCount) })
    useEffect(() => { hydrated.push('button') }, [])
    useEffect(() => { if (count) void fetch('/api/effect-' + count) }, [count])
    const onClick = async () => {
      await fetch('/api/order')
      setCount((before) => before + 1)
    }
    return h('button', { onClick }, 'Buy ' + count)
  }
  const App = () => {
    useEffect(() => { hydrated.push('shell') }, [])
    return h('main', null, h('h1', null, 'Shop'), h(Suspense, { fallback: 'loading' }, h(Buy)))
  }
  hydrateRoot(document.querySelector('#root'), h(App), { onRecoverableError: (error) => console.error(error) })`

test('effects of a hydrated page keep the context of the click', async ({ page, serve, server, noise }) => {
  await page.goto(serve('/', HTML + (await bundledCode(APP))))
  await waitForReact(page)
  await page.waitForFunction('hydrated.includes("button")')
  for (const count of [0, 1]) {
    await page.getByRole('button', { name: `Buy ${count}` }).click()
    const effect = await waitForSpan(server, isRequestTo(`/api/effect-${count + 1}`))
    expect(effect.parentSpanId).toBe((await waitForSpan(server, isNamed(`click Buy ${count}`))).spanId)
  }
  expect(await page.evaluate('setters.size')).toBe(1)
  expect(noise).toEqual([])
})

test('a click on a boundary that is not hydrated yet hydrates it, and its effects are the click’s', async ({
  page,
  serve,
  server,
  noise,
}) => {
  await page.goto(serve('/', HTML + (await bundledCode(APP)), { head: TASKS }))
  await page.evaluate('while (!hydrated.includes("shell")) runTask()')
  await waitForReact(page)
  expect(await page.evaluate('hydrated')).toEqual(['shell'])
  await page.getByRole('button', { name: 'Buy 0' }).click()
  await page.waitForFunction('runTasks(), setters.size && document.body.textContent.includes("Buy 1")')
  await page.waitForFunction('runTasks(), hydrated.includes("button")')
  const effect = await waitForSpan(server, isRequestTo('/api/effect-1'))
  const order = await waitForSpan(server, isRequestTo('/api/order'))
  const click = await waitForSpan(server, isNamed('click Buy 0'))
  expect(order.parentSpanId).toBe(click.spanId)
  expect(effect.parentSpanId).toBe(click.spanId)
  expect(await page.evaluate('setters.size')).toBe(1)
  expect(noise).toEqual([])
})

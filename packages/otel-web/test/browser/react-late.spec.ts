import type { Page } from '@playwright/test'
import { bundledCode } from './bundled-script.ts'
import { expect, holdScript, isNamed, isRequestTo, test, waitForSdk, waitForSpan } from './fixtures.ts'
import { waitForReact } from './react-page.ts'

/** Counts the setters and the runs of an effect, and requests in an effect what a click has set after an await. */
const app = (root: string) => `
  const App = () => {
    const [id, setId] = useState(0)
    // In an effect: React can throw away a render, with the setter of its own.
    useEffect(() => { setters.add(setId) })
    useEffect(() => void window.runs++, [setId])
    useEffect(() => { if (id) void fetch('/api/${root}-effect-' + id) }, [id])
    const onClick = async () => {
      await fetch('/api/${root}-first')
      setId((before) => before + 1)
    }
    return h('button', { onClick }, '${root} ' + id)
  }
  createRoot(document.querySelector('#${root}')).render(h(App))`

const IMPORTS = `
  import { createElement as h, useEffect, useState } from 'react'
  import { createRoot } from 'react-dom/client'
  const setters = (window.setters ??= new Set())
  window.runs ??= 0`

const START = `
  import { startTracing } from './src/index.ts'
  window.throughline = startTracing({ serviceName: 'app', debug: true })`

/** The message of debug mode that React is not followed. */
function nextNotice(page: Page): Promise<string> {
  const isNotice = (text: string) => text.includes('React effects have no context after an await')
  return page.waitForEvent('console', (message) => isNotice(message.text())).then((message) => message.text())
}

const ROOTS = '<div id="one"></div><div id="two"></div>'
const counts = (page: Page) => page.evaluate('({ setters: setters.size, runs })')

test('React that was evaluated before tracing started keeps its setters, and debug mode reports it', async ({
  page,
  serve,
  server,
  noise,
}) => {
  const notice = nextNotice(page)
  const early = await bundledCode(`${IMPORTS}\n${app('one')}`)
  await page.goto(serve('/', `${ROOTS}${early}${await bundledCode(START)}`, { script: '' }))
  await waitForSdk(page)
  await page.getByRole('button', { name: 'one 0' }).click()
  const first = await waitForSpan(server, isRequestTo('/api/one-first'))
  const effect = await waitForSpan(server, isRequestTo('/api/one-effect-1'))
  const click = await waitForSpan(server, isNamed('click one 0'))
  expect(first.traceId).toBe(click.traceId)
  // Lost, never wrong.
  expect(effect.parentSpanId ?? '').toBe('')
  expect(await notice).toContain('react-dom 17 to 19 must be evaluated after startTracing()')
  expect(await counts(page)).toEqual({ setters: 1, runs: 1 })
  expect(noise.filter((line) => !line.startsWith('[throughline]'))).toEqual([])
})

test('a root of a React that was evaluated after tracing started is followed beside one that was not', async ({
  page,
  serve,
  server,
  noise,
}) => {
  const early = await bundledCode(`${IMPORTS}\n${app('one')}`)
  const late = await bundledCode(`${IMPORTS}\n${app('two')}`)
  await page.goto(serve('/', `${ROOTS}${early}${await bundledCode(START)}${late}`, { script: '' }))
  await waitForReact(page)
  for (const root of ['one', 'two']) {
    await page.getByRole('button', { name: `${root} 0` }).click()
    const effect = await waitForSpan(server, isRequestTo(`/api/${root}-effect-1`))
    const click = await waitForSpan(server, isNamed(`click ${root} 0`))
    expect(effect.parentSpanId ?? '').toBe(root === 'two' ? click.spanId : '')
  }
  expect(await counts(page)).toEqual({ setters: 2, runs: 2 })
  expect(noise.filter((line) => !line.startsWith('[throughline]'))).toEqual([])
})

test('React that is evaluated after tracing started is followed at once, also for the first action', async ({
  page,
  serve,
  noise,
}) => {
  // The extras come half a second after the start: here, never.
  await page.addInitScript(() => {
    const later = setTimeout
    window.setTimeout = ((callback: () => void, millis: number) =>
      millis === 500 ? 0 : later(callback, millis)) as typeof setTimeout
  })
  const late = await bundledCode(`${IMPORTS}\n${app('one')}`)
  await page.goto(serve('/', `${ROOTS}${await bundledCode(START)}${late}`, { script: '' }))
  await waitForReact(page)
  const traceIdOf = async (path: string) =>
    (await (await page.waitForRequest(`**${path}`)).headerValue('traceparent'))?.split('-')[1]
  const traceIds = Promise.all(['/api/one-first', '/api/one-effect-1'].map(traceIdOf))
  await page.getByRole('button', { name: 'one 0' }).click()
  const [first, effect] = await traceIds
  expect(first).toMatch(/^[0-9a-f]{32}$/)
  expect(effect).toBe(first)
  expect(noise.filter((line) => !line.startsWith('[throughline]'))).toEqual([])
})

test('the SDK script without its loader reports in debug mode that it does not follow React', async ({
  page,
  serve,
  server,
  noise,
}) => {
  const notice = nextNotice(page)
  const script = '<script src="/throughline-sdk.js" data-service-name="app" data-debug></script>'
  await page.goto(serve('/', `${ROOTS}${await bundledCode(`${IMPORTS}\n${app('one')}`)}`, { script }))
  await page.getByRole('button', { name: 'one 0' }).click()
  const effect = await waitForSpan(server, isRequestTo('/api/one-effect-1'))
  expect(effect.parentSpanId ?? '').toBe('')
  expect(await notice).toContain('after the loader, throughline.js')
  expect(noise.filter((line) => !line.startsWith('[throughline]'))).toEqual([])
})

test('a React chunk that cannot be loaded is named in debug mode, and setters work', async ({
  page,
  serve,
  server,
}) => {
  await page.route('**/throughline-react.js', (route) => route.abort())
  const notice = nextNotice(page)
  const body = `${ROOTS}${await bundledCode(`${IMPORTS}\n${app('one')}`)}`
  await page.goto(serve('/', body, { attributes: 'data-debug' }))
  await waitForSdk(page)
  await page.getByRole('button', { name: 'one 0' }).click()
  await waitForSpan(server, isRequestTo('/api/one-effect-1'))
  expect(await notice).toContain('throughline-react.js was not loaded')
  expect(await counts(page)).toEqual({ setters: 1, runs: 1 })
})

test('a React chunk that comes after the first updates follows later ones, with the same setters', async ({
  page,
  serve,
  server,
  noise,
}) => {
  const release = await holdScript(page, 'react')
  await page.goto(serve('/', `${ROOTS}${await bundledCode(`${IMPORTS}\n${app('one')}`)}`))
  await waitForSdk(page)
  await page.getByRole('button', { name: 'one 0' }).click()
  const early = await waitForSpan(server, isRequestTo('/api/one-effect-1'))
  expect(early.parentSpanId ?? '').toBe('')
  release()
  await waitForReact(page)
  await page.getByRole('button', { name: 'one 1' }).click()
  const effect = await waitForSpan(server, isRequestTo('/api/one-effect-2'))
  const click = await waitForSpan(server, isNamed('click one 1'))
  expect(effect.parentSpanId).toBe(click.spanId)
  expect(await counts(page)).toEqual({ setters: 1, runs: 1 })
  expect(noise.filter((line) => !line.startsWith('[throughline]'))).toEqual([])
})

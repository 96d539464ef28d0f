import type { Page } from '@playwright/test'
import { bundledCode } from './bundled-script.ts'
import { attribute, expect, isNamed, isRequestTo, type PageServer, test, waitForSpan } from './fixtures.ts'

const APP = `
  import { startTracing } from './src/index.ts'
  import { followPreact } from './src/preact/index.ts'
  import * as preact from 'preact'
  import { useEffect, useState } from 'preact/hooks'

  const tracing = startTracing({ serviceName: 'app' })
  window.stop = followPreact(preact)
  const setters = {}
  const Part = ({ name }) => {
    const [round, setRound] = useState(0)
    setters[name] = setRound
    useEffect(() => { if (round) void fetch('/api/' + name + '-' + round) }, [round])
    return null
  }
  preact.render(['one', 'two'].map((name) => preact.h(Part, { name })), document.querySelector('#root'))
  /** Two actions in one task, each with a state of its own. */
  window.act = (round) => {
    for (const name of ['one', 'two']) tracing.action(name + ' ' + round, () => setters[name](round))
  }`

async function act(page: Page, server: PageServer, round: number) {
  await page.evaluate((round) => (window as unknown as { act(round: number): void }).act(round), round)
  return Promise.all(
    ['one', 'two'].map(async (name) => ({
      action: await waitForSpan(server, isNamed(`${name} ${round}`)),
      effect: await waitForSpan(server, isRequestTo(`/api/${name}-${round}`)),
    })),
  )
}

test('Preact keeps two actions of one task apart, until it is no longer followed', async ({
  page,
  serve,
  server,
  noise,
}) => {
  await page.goto(serve('/', `<div id="root"></div>${await bundledCode(APP)}`, { script: '' }))
  for (const { action, effect } of await act(page, server, 1)) {
    expect(effect.parentSpanId).toBe(action.spanId)
  }
  await page.evaluate('stop()')
  for (const { action, effect } of await act(page, server, 2)) {
    expect(effect.parentSpanId ?? '').toBe('')
    expect(effect.links.map(({ spanId }) => spanId)).toContain(action.spanId)
    expect(effect.links.map((link) => attribute(link, 'throughline.attribution'))).toEqual([
      'possible',
      'possible',
    ])
  }
  expect(noise).toEqual([])
})

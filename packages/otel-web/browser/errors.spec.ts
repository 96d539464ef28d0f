import type { OtlpSpan } from '@throughline/otel-shared'
import { openFirefox } from '../corpus/browsers.ts'
import { attribute, expect, isNamed, test, waitForSpan, waitForSpans } from './fixtures.ts'

/** Handlers by the label of their button: what is thrown is on the button's click. */
const FAILURES: Readonly<Record<string, string>> = {
  'at once': `async () => { throw new TypeError('at once') }`,
  'after a fetch': `async () => { await fetch('/api/x'); throw new TypeError('after a fetch') }`,
  'after a fetch, its body and a timer': `async () => {
    const answer = await fetch('/api/x?chunks=2&body=10')
    await answer.text()
    await new Promise((resolve) => setTimeout(resolve, 20))
    throw new TypeError('after a fetch, its body and a timer')
  }`,
  'in a function that is awaited': `async () => {
    const load = async () => { await fetch('/api/x'); null.missing }
    try { await load() } catch (error) { throw new Error('in a function that is awaited', { cause: error }) }
  }`,
  'in a function that nobody awaits': `async () => {
    const save = async () => { await fetch('/api/x'); throw new TypeError('in a function that nobody awaits') }
    save()
    await fetch('/api/y')
  }`,
  'no error at all': `async () => { await fetch('/api/x'); throw 'no error at all' }`,
  'in then': `() => { fetch('/api/x').then(() => { throw new TypeError('in then') }) }`,
  'in a load listener': `() => {
    const request = new XMLHttpRequest()
    request.open('GET', '/api/x')
    request.onload = () => { throw new TypeError('in a load listener') }
    request.send()
  }`,
  'in a database listener': `() => {
    indexedDB.open('errors').onsuccess = () => { throw new TypeError('in a database listener') }
  }`,
  'in an image listener': `() => {
    const image = new Image()
    image.addEventListener('error', () => { throw new TypeError('in an image listener') })
    image.src = '/api/x'
  }`,
  'in a worker listener': `() => {
    const worker = new Worker(URL.createObjectURL(new Blob(['onmessage = () => postMessage(0)'])))
    worker.onmessage = () => { throw new TypeError('in a worker listener') }
    worker.postMessage(0)
  }`,
  'in a timer': `() => { setTimeout(() => { throw new TypeError('in a timer') }, 20) }`,
  'in an observer': `() => {
    new ResizeObserver(() => { throw new TypeError('in an observer') }).observe(document.body)
  }`,
  'in a microtask': `async () => {
    await fetch('/api/x')
    queueMicrotask(() => { throw new TypeError('in a microtask') })
  }`,
}

const PAGE = `${Object.keys(FAILURES)
  .map((name) => `<button>${name}</button>`)
  .join('')}<script>
    const handlers = {${Object.entries(FAILURES).map(([name, code]) => `${JSON.stringify(name)}: ${code}`)}}
    for (const button of document.querySelectorAll('button')) button.onclick = handlers[button.textContent]
  </script>`

for (const name of Object.keys(FAILURES)) {
  test(`an error is on its click: ${name}`, async ({ page, visit, serve, server }) => {
    await visit(serve('/', PAGE))
    await page.getByRole('button', { name, exact: true }).click()
    expect(messages(await waitForSpan(server, isNamed(`click ${name}`)))).toEqual([name])
    expect(server.spans().filter(isNamed('error'))).toEqual([])
  })
}

test('in Firefox: errors are on their clicks', async ({ serve, server }) => {
  test.setTimeout(90_000)
  const browser = await openFirefox()
  test.skip(browser === undefined, 'Firefox is not installed')
  if (!browser) return
  const sleep = (millis: number) => ({
    evaluate: `new Promise((resolve) => setTimeout(() => resolve(''), ${millis}))`,
  })
  try {
    const clicks = Object.keys(FAILURES).flatMap((_, index) => [
      { click: `button:nth-of-type(${index + 1})` },
      sleep(200),
    ])
    const send = { evaluate: `window.throughline.flush().then(() => '')` }
    await browser.visit(serve('/', PAGE), [sleep(1500), ...clicks, sleep(1500), send])
  } finally {
    await browser.close()
  }
  for (const name of Object.keys(FAILURES)) {
    expect(messages(await waitForSpan(server, isNamed(`click ${name}`)))).toEqual([name])
  }
  expect(server.spans().filter(isNamed('error'))).toEqual([])
})

test('clicks that fail side by side each have their own error', async ({ page, visit, serve, server }) => {
  await visit(
    serve(
      '/',
      `${[0, 1, 2, 3].map((n) => `<button id="b${n}">B${n}</button>`).join('')}<script>
        for (const button of document.querySelectorAll('button')) button.onclick = async () => {
          for (let n = 0; n < 3; n++) await (await fetch('/api/' + button.id + '?delay=' + (100 + n))).text()
          throw new TypeError(button.textContent)
        }
      </script>`,
    ),
  )
  for (const id of ['b0', 'b1', 'b2', 'b3']) await page.click(`#${id}`)
  for (const name of ['B0', 'B1', 'B2', 'B3']) {
    expect(messages(await waitForSpan(server, isNamed(`click ${name}`)))).toEqual([name])
  }
})

test('errors of nobody stay roots, however close to the work of a click', async ({
  page,
  visit,
  serve,
  server,
}) => {
  test.setTimeout(60_000)
  const url = serve(
    '/',
    // What the page keeps from before the SDK is what the SDK cannot see; 25 a page is what is recorded in a minute.
    `<button>Work</button><script>
      const { setInterval, MessageChannel } = window
      const { postMessage } = MessagePort.prototype
      let left = 25
      const fail = async () => { if (left-- > 0) throw new Error('of nobody') }
      const { port1, port2 } = new MessageChannel()
      let messages = 0
      port1.onmessage = () => {
        if (messages++ % 20 === 0) fail()
        if (left > 0) postMessage.call(port2, 0)
      }
      document.querySelector('button').onclick = async () => {
        await fetch('/api/work')
        setInterval(fail, 1)
        postMessage.call(port2, 0)
        const rest = async (millis) => { await new Promise((resolve) => setTimeout(resolve, millis)) }
        while (left > 0) await Promise.all([rest(0), rest(1), rest(2), rest(3)])
      }
    </script>`,
  )
  for (let visits = 1; visits <= 4; visits++) {
    await visit(url)
    await page.click('button')
    const clicks = await waitForSpans(server, isNamed('click Work'), visits)
    expect(clicks.flatMap(messages)).toEqual([])
    const errors = await waitForSpans(server, isNamed('error'), 25 * visits)
    expect(new Set(errors.flatMap(messages))).toEqual(new Set(['of nobody']))
    expect(errors.filter(({ parentSpanId }) => parentSpanId)).toEqual([])
  }
})

test('a listener for the pointer that fails at every move puts nothing on a click', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(
    serve(
      '/',
      `<button>Work</button><script>
        let left = 25
        onmousemove = async () => { if (window.working && left-- > 0) throw new Error('of nobody') }
        document.querySelector('button').onclick = async () => {
          await fetch('/api/work')
          window.working = true
          while (left > 0) await (async () => { await new Promise((resolve) => setTimeout(resolve, 0)) })()
        }
      </script>`,
    ),
  )
  await page.click('button')
  for (let x = 0; x < 60; x++) await page.mouse.move(x, x)
  expect(messages(await waitForSpan(server, isNamed('click Work')))).toEqual([])
  await waitForSpans(server, isNamed('error'), 25)
})

test('an error where two contexts met in one task is on neither', async ({ page, visit, serve, server }) => {
  await visit(
    serve(
      '/',
      `<button id="one">One</button><button id="two">Two</button><script>
        const both = new Promise((resolve) => { window.release = resolve })
        one.onclick = async () => { await fetch('/api/one'); await both; throw new TypeError('one') }
        two.onclick = async () => { await fetch('/api/two'); await both }
      </script>`,
    ),
  )
  await page.click('#one')
  await page.click('#two')
  await page.waitForTimeout(100)
  await page.evaluate('release()')
  expect(messages(await waitForSpan(server, isNamed('error')))).toEqual(['one'])
  expect(messages(await waitForSpan(server, isNamed('click One')))).toEqual([])
  expect(messages(await waitForSpan(server, isNamed('click Two')))).toEqual([])
})

function messages(span: OtlpSpan): unknown[] {
  const exceptions = span.events.filter(({ name }) => name === 'exception')
  return exceptions.map((event) => attribute(event, 'exception.message'))
}

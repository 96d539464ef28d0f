import type { OtlpSpan } from '@throughline/otel-shared'
import { openFirefox } from '../conformance/browsers.ts'
import {
  attribute,
  evaluateUntil,
  exceptionsOf,
  expect,
  isNamed,
  test,
  UNTIL_SDK,
  waitForSpan,
  waitForSpans,
} from './fixtures.ts'

/** Handlers by the label of their button. Their errors must be recorded on the click. */
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
  'in a function that is not awaited': `async () => {
    const save = async () => { await fetch('/api/x'); throw new TypeError('in a function that is not awaited') }
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
  test(`an error is recorded on its click: ${name}`, async ({ page, visit, serve, server }) => {
    await visit(serve('/', PAGE))
    await page.getByRole('button', { name, exact: true }).click()
    expect(messages(await waitForSpan(server, isNamed(`click ${name}`)))).toEqual([name])
    expect(server.spans().filter(isNamed('error'))).toEqual([])
  })
}

test('in Firefox, errors are recorded on their clicks', async ({ serve, server }) => {
  const browser = await openFirefox()
  test.skip(browser === undefined, 'Firefox is not installed')
  if (!browser) return
  const names = Object.keys(FAILURES)
  const waitForClicks = () => Promise.all(names.map((name) => waitForSpan(server, isNamed(`click ${name}`))))
  const countFailures = {
    evaluate: `(async () => {
      window.failures = 0
      for (const type of ['error', 'unhandledrejection']) addEventListener(type, () => window.failures++)
      return ''
    })()`,
  }
  try {
    const clicks = names.flatMap((_, index) => [
      { click: `button:nth-of-type(${index + 1})` },
      evaluateUntil(`window.failures > ${index}`),
    ])
    await browser.visit(serve('/', PAGE), [UNTIL_SDK, countFailures, ...clicks, { until: waitForClicks }])
  } finally {
    await browser.close()
  }
  expect((await waitForClicks()).map(messages)).toEqual(names.map((name) => [name]))
  expect(server.spans().filter(isNamed('error'))).toEqual([])
})

test('concurrent clicks that fail each have their own error', async ({ page, visit, serve, server }) => {
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

test('errors outside of any action are roots, even close to the work of a click', async ({
  page,
  visit,
  serve,
  server,
}) => {
  const url = serve(
    '/',
    // The SDK cannot observe functions that the page has saved before it. At most 25 errors per minute are recorded.
    `<button>Work</button><script>
      const { setInterval, MessageChannel } = window
      const { postMessage } = MessagePort.prototype
      let left = 25
      const fail = async () => { if (left-- > 0) throw new Error('without an action') }
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
    expect(new Set(errors.flatMap(messages))).toEqual(new Set(['without an action']))
    expect(errors.filter(({ parentSpanId }) => parentSpanId)).toEqual([])
  }
})

test('errors of a pointermove listener are not recorded on a click', async ({
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
        onmousemove = async () => { if (window.working && left-- > 0) throw new Error('without an action') }
        document.querySelector('button').onclick = async () => {
          await fetch('/api/work')
          window.working = true
          while (left > 0) await (async () => { await new Promise((resolve) => setTimeout(resolve, 0)) })()
        }
      </script>`,
    ),
  )
  await page.click('button')
  await page.waitForFunction('window.working')
  for (let x = 0; ((await page.evaluate('left')) as number) > 0; x = (x + 1) % 60) await page.mouse.move(x, x)
  expect(messages(await waitForSpan(server, isNamed('click Work')))).toEqual([])
  await waitForSpans(server, isNamed('error'), 25)
})

test('an error in a task with two contexts is recorded on neither', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(
    serve(
      '/',
      `<button id="one">One</button><button id="two">Two</button><script>
        const both = new Promise((resolve) => { window.release = resolve })
        window.waiting = 0
        one.onclick = async () => { await fetch('/api/one'); waiting++; await both; throw new TypeError('one') }
        two.onclick = async () => { await fetch('/api/two'); waiting++; await both }
      </script>`,
    ),
  )
  await page.click('#one')
  await page.click('#two')
  await page.waitForFunction('waiting === 2')
  await page.evaluate('release()')
  expect(messages(await waitForSpan(server, isNamed('error')))).toEqual(['one'])
  expect(messages(await waitForSpan(server, isNamed('click One')))).toEqual([])
  expect(messages(await waitForSpan(server, isNamed('click Two')))).toEqual([])
})

function messages(span: OtlpSpan): unknown[] {
  const exceptions = span.events.filter(({ name }) => name === 'exception')
  return exceptions.map((event) => attribute(event, 'exception.message'))
}

/** Code that throws, and the type and message of the exception event. */
const THROWN: Readonly<Record<string, readonly [code: string, type: string, message: string]>> = {
  'a DOMException': [`new DOMException('no room', 'QuotaExceededError')`, 'QuotaExceededError', 'no room'],
  'a plain object with a message': [`{ message: 'it broke' }`, 'Object', 'it broke'],
  'a plain object without one': [`{ code: 7 }`, 'Object', '[object Object]'],
  'an object with a name': [`{ name: 'Failure', message: 'x' }`, 'Failure', 'x'],
  'an instance of a class that is no error': [`new (class Refusal { message = 'no' })()`, 'Refusal', 'no'],
  'an error with a code': [`Object.assign(new TypeError('x'), { code: 'E_X' })`, 'TypeError', 'x'],
  'an error with a number for its message': [`Object.assign(new Error(), { message: 42 })`, 'Error', '42'],
  'an error without a message': [`new RangeError()`, 'RangeError', ''],
  null: ['null', 'null', 'null'],
  undefined: ['undefined', 'undefined', 'undefined'],
  'an empty text': [`''`, 'string', ''],
  'a text': [`'it broke'`, 'string', 'it broke'],
  'a number': ['0', 'number', '0'],
  false: ['false', 'boolean', 'false'],
  'a symbol': [`Symbol('s')`, 'symbol', 'Symbol(s)'],
  'a bigint': ['5n', 'bigint', '5'],
  'a function': ['function f() {}', 'f', 'function f() {}'],
  'an object without a prototype': ['Object.create(null)', 'object', 'unreadable'],
  'an error of another realm': [`new frames[0].TypeError('theirs')`, 'TypeError', 'theirs'],
  'a frozen error': [`Object.freeze(new Error('cold'))`, 'Error', 'cold'],
  'an AggregateError': [`new AggregateError([new Error('one'), 'two'], 'all')`, 'AggregateError', 'all'],
  'a proxy that cannot be read': [
    `new Proxy({}, { get() { throw 0 }, getPrototypeOf() { throw 0 }, has() { throw 0 } })`,
    'object',
    'unreadable',
  ],
  'an error whose message cannot be read': [
    `Object.defineProperty(new TypeError('x'), 'message', { get() { throw 0 } })`,
    'TypeError',
    'unreadable',
  ],
}

for (const [name, [code, type, message]] of Object.entries(THROWN)) {
  test(`an exception event has a type and a message: ${name}`, async ({ page, visit, serve, server }) => {
    const body = `<iframe srcdoc=""></iframe><button id="s">Sync</button><button id="r">Rejected</button><script>
      const make = () => (${code})
      s.onclick = () => { fetch('/api/x'); throw make() }
      r.onclick = async () => { await fetch('/api/x'); throw make() }
    </script>`
    await visit(serve('/', body))
    await page.click('#s')
    await page.click('#r')
    for (const action of ['click Sync', 'click Rejected']) {
      const { events, status } = await waitForSpan(server, isNamed(action))
      const exceptions = events.filter((event) => event.name === 'exception')
      expect(exceptions.map((event) => attribute(event, 'exception.type'))).toEqual([type])
      expect(exceptions.map((event) => attribute(event, 'exception.message'))).toEqual([message])
      expect(status).toMatchObject({ code: 2 })
    }
  })
}

test('a stack has the stacks of causes and of errors of an AggregateError, each once', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(
    serve(
      '/',
      `<button>Go</button><script>
        document.querySelector('button').onclick = () => {
          const root = new RangeError('root')
          const aggregate = new AggregateError([root, 'a text'], 'several', { cause: root })
          root.cause = aggregate
          throw new Error('top', { cause: aggregate })
        }
      </script>`,
    ),
  )
  await page.click('button')
  const [event] = exceptionsOf(await waitForSpan(server, isNamed('click Go')))
  const stack = String(event && attribute(event, 'exception.stacktrace'))
  expect(stack.split('\nCaused by: ').map((part) => part.split('\n')[0])).toEqual([
    'Error: top',
    'AggregateError: several',
    'RangeError: root',
    'a text',
  ])
})

test('the error event of a resource or of a cross-origin script is not an exception', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(serve('/', '<button>Go</button>'))
  await page.evaluate(() => {
    document.querySelector('button')?.addEventListener('click', () => {
      void fetch('/api/x')
      window.dispatchEvent(new ErrorEvent('error', { message: 'Script error.' }))
      const image = new Image()
      image.src = '/api/x'
      document.body.append(image)
    })
  })
  await page.click('button')
  expect(messages(await waitForSpan(server, isNamed('click Go')))).toEqual([])
  expect(server.spans().filter(isNamed('error'))).toEqual([])
})

test('an error that a worker does not handle has the message of its event', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(serve('/', ''))
  await page.evaluate(() => {
    const code = new Blob([`setTimeout(() => { throw new RangeError('no room') }, 0)`])
    Object.assign(window, { worker: new Worker(URL.createObjectURL(code)) })
  })
  const [event] = exceptionsOf(await waitForSpan(server, isNamed('error')))
  expect(event && attribute(event, 'exception.type')).toBe('Error')
  expect(event && attribute(event, 'exception.message')).toContain('RangeError: no room')
})

test('a click that fails later than its listener ends with the failure', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(
    serve(
      '/',
      `<button>Go</button><script>document.querySelector('button').onclick = () => setTimeout(() => { throw new Error('x') }, 30)</script>`,
    ),
  )
  await page.click('button')
  expect((await waitForSpan(server, isNamed('click Go'))).durationMillis).toBeGreaterThanOrEqual(29)
})

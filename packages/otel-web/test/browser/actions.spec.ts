import {
  attribute,
  exceptionsOf,
  expect,
  isNamed,
  isRequestTo,
  test,
  waitForSpan,
  waitForSpans,
} from './fixtures.ts'

test('a click is the root of the requests it causes, even after many awaits', async ({
  page,
  visit,
  serve,
  server,
  noise,
}) => {
  const url = serve(
    '/',
    `<button aria-label="Buy">x</button><script>
      document.querySelector('button').addEventListener('click', async () => {
        const first = await fetch('/api/cart?delay=50'); await first.json()
        await new Promise((resolve) => setTimeout(resolve, 20))
        const second = await fetch('/api/orders?delay=50', { method: 'POST', body: '{}' }); await second.json()
      })</script>`,
  )
  await visit(url)
  await page.click('button')
  const action = await waitForSpan(server, isNamed('click Buy'))
  const cart = await waitForSpan(server, isRequestTo('/api/cart'))
  const orders = await waitForSpan(server, isRequestTo('/api/orders'))
  expect(action).toMatchObject({ kind: 1 })
  expect(action.parentSpanId).toBeUndefined()
  for (const span of [cart, orders]) {
    expect(span).toMatchObject({ traceId: action.traceId, parentSpanId: action.spanId, kind: 3 })
    const seen = server.requests.find(
      ({ path }) =>
        path.startsWith('/api') && String(attribute(span, 'url.full')).includes(path.split('?')[0] ?? ''),
    )
    expect(seen?.traceparent).toMatch(new RegExp(`^00-${span.traceId}-${span.spanId}-0[13]$`))
  }
  expect(orders.name).toBe('POST')
  expect(attribute(orders, 'http.response.status_code')).toBe(200)
  expect(attribute(action, 'throughline.action.type')).toBe('click')
  expect(attribute(action, 'throughline.action.end_reason')).toBe('done')
  // The action ends at the end of its last work, not when that end is detected.
  expect(BigInt(action.endTimeUnixNano)).toBe(BigInt(orders.endTimeUnixNano))
  expect(action.durationMillis).toBeGreaterThan(120)
  expect(noise).toEqual([])
})

test('a click that takes the focus from a changed field is an action of its own', async ({
  page,
  visit,
  serve,
  server,
}) => {
  const url = serve('/', '<input aria-label="Card"><button>Buy</button>')
  await visit(url)
  await page.evaluate(() => {
    for (const type of ['change', 'click']) addEventListener(type, () => fetch(`/api/${type}`))
  })
  await page.fill('input', '4242')
  // The events follow each other as in a fast tap: the field changes when the button is pressed, not when it is released.
  await page.click('button')
  const order = await waitForSpan(server, isRequestTo('/api/click'))
  expect(await waitForSpan(server, isNamed('click Buy'))).toMatchObject({ spanId: order.parentSpanId })
  const draft = await waitForSpan(server, isRequestTo('/api/change'))
  expect(await waitForSpan(server, isNamed('change Card'))).toMatchObject({ spanId: draft.parentSpanId })
})

test('Enter on a button or a link is named as the click that it causes, and Enter in a field as Enter', async ({
  page,
  visit,
  serve,
  server,
}) => {
  const url = serve(
    '/',
    `<button>Buy</button><a href="#">Cart</a><details><summary>Details</summary></details><input type="checkbox" aria-label="Gift">
    <input aria-label="Mail"><div tabindex="0" role="button">Menu</div>`,
  )
  await visit(url)
  await page.evaluate(() => addEventListener('keydown', () => fetch('/api/key')))
  for (const name of ['Buy', 'Cart', 'Details', 'Gift', 'Mail', 'Menu']) {
    await page.locator(`:text-is("${name}"), [aria-label=${name}]`).press('Enter')
  }
  for (const name of ['click Buy', 'click Cart', 'click Details', 'enter Gift', 'enter Mail', 'enter Menu']) {
    const action = await waitForSpan(server, isNamed(name))
    expect(attribute(action, 'throughline.action.type')).toBe(name.split(' ')[0])
  }
})

test('a submission is named by its button or by the form, not by the page', async ({
  page,
  visit,
  serve,
  server,
}) => {
  const url = serve(
    '/',
    `<main tabindex="-1" aria-label="Everything"><p>Words</p><form name="order"><button>Buy</button></form></main>
    <div tabindex="-1">Around <b>it</b></div>`,
  )
  await visit(url)
  await page.evaluate(() => {
    for (const type of ['click', 'submit']) {
      addEventListener(type, (event) => {
        event.preventDefault()
        void fetch(`/api/${type}`)
      })
    }
  })
  await page.click('b')
  await waitForSpan(server, isNamed('click b'))
  await page.evaluate(() => document.querySelector('form')?.requestSubmit())
  await waitForSpan(server, isNamed('submit order'))
  await page.evaluate(() => document.querySelector('form')?.requestSubmit(document.querySelector('button')))
  await waitForSpan(server, isNamed('submit Buy'))
})

test('a later submission of a form is not assigned to an earlier click', async ({
  page,
  visit,
  serve,
  server,
}) => {
  const native = '<script>window.nativeTimeout = setTimeout</script>'
  await visit(
    serve(
      '/',
      `<form name="draft"></form><button>Save</button><script>
        const form = document.querySelector('form')
        let saves = 0
        form.onsubmit = (event) => { event.preventDefault(); fetch('/api/save/' + ++saves) }
        document.querySelector('button').onclick = () => {
          setTimeout(() => form.requestSubmit(), 50)
          nativeTimeout(() => form.requestSubmit(), 600)
        }
      </script>`,
      { head: native },
    ),
  )
  await page.click('button')
  const first = await waitForSpan(server, isRequestTo('/api/save/1'))
  const second = await waitForSpan(server, isRequestTo('/api/save/2'))
  expect(first.parentSpanId).toBe((await waitForSpan(server, isNamed('click Save'))).spanId)
  expect(second.parentSpanId).toBe((await waitForSpan(server, isNamed('submit draft'))).spanId)
  expect(second.traceId).not.toBe(first.traceId)
})

test('a click that causes nothing is not recorded', async ({ page, visit, serve, server }) => {
  // On a busy machine the extras record it for its long animation frame.
  await page.route('**/throughline-extras.js', (route) => route.abort())
  await visit(
    serve(
      '/',
      `<button>Nothing</button><button onclick="fetch('/api/x').then(r => r.text())">Something</button>`,
    ),
  )
  await page.click('text=Nothing')
  await page.click('text=Something')
  await waitForSpan(server, isNamed('click Something'))
  expect(server.spans().filter(isNamed('click Nothing'))).toEqual([])
})

test('the context of a click lasts as long as its event', async ({ page, visit, serve, server }) => {
  // The timer was set before the SDK loaded, so the SDK does not know it.
  const url = serve(
    '/',
    `<form><button>Buy</button></form><input type="checkbox" aria-label="Gift"><script>
      const form = document.querySelector('form')
      form.onsubmit = (event) => { event.preventDefault(); fetch('/api/submit') }
      document.querySelector('button').addEventListener('click', async () => {
        await fetch('/api/cart')
        fetch('/api/order')
      })
      document.querySelector('button').addEventListener('click', (event) => {
        event.preventDefault()
        form.requestSubmit()
        fetch('/api/after-submit')
      })
      for (const type of ['input', 'change']) document.querySelector('[type=checkbox]').addEventListener(type, () => fetch('/api/' + type))
      const waiting = setInterval(() => {
        if (!window.ready) return
        clearInterval(waiting)
        document.querySelector('button').click()
        fetch('/api/poll')
      }, 20)
    </script>`,
  )
  await visit(url)
  await page.waitForLoadState('load')
  await page.evaluate(() => Object.assign(window, { ready: true }))
  const action = await waitForSpan(server, isNamed('click Buy'))
  for (const path of ['/api/cart', '/api/order', '/api/submit', '/api/after-submit']) {
    expect(await waitForSpan(server, isRequestTo(path)), path).toMatchObject({ parentSpanId: action.spanId })
  }
  expect((await waitForSpan(server, isRequestTo('/api/poll'))).parentSpanId).toBeUndefined()

  await page.check('input')
  const tick = await waitForSpan(server, isNamed('click Gift'))
  for (const path of ['/api/input', '/api/change']) {
    expect(await waitForSpan(server, isRequestTo(path)), path).toMatchObject({ parentSpanId: tick.spanId })
  }
})

test('an action is never named by typed text', async ({ page, visit, serve, server }) => {
  await visit(
    serve(
      '/',
      `<div contenteditable aria-label="Note">
        <p id="p">my secret words</p><a id="a" href="#" onclick="return false" title="my secret tip">my secret link</a>
        <ul><li id="li" role="checkbox">my secret list</li></ul>
        <span id="chip" contenteditable="false" tabindex="0" aria-label="my secret label">my secret friend</span>
        <img id="img" alt="my secret picture" width="9" height="9">
      </div>
      <section id="around" tabindex="0"><div contenteditable><img alt="my secret picture"></div>around</section>
      <div role="code" aria-label="Program"><div role="presentation"><span id="line">my secret code</span></div></div>
      <div role="presentation"><pre id="pre" role="presentation">my secret code</pre></div>
      <button id="by" aria-labelledby="p">x</button>`,
    ),
  )
  await page.evaluate(() => addEventListener('click', () => fetch('/api/click')))
  const ids = ['p', 'a', 'li', 'chip', 'img', 'around', 'line', 'by']
  for (const id of [...ids, 'pre']) await page.locator(`#${id}`).dispatchEvent('click')
  const spans = await waitForSpans(server, ({ name }) => name.startsWith('click '), ids.length + 1)
  expect(spans.map(({ name }) => name).sort()).toEqual([
    ...Array(5).fill('click Note'),
    'click Program',
    'click around',
    'click pre',
    'click x',
  ])
})

test('a click of a user does not belong to earlier work', async ({ page, visit, serve, server }) => {
  await visit(
    serve(
      '/',
      `<button onclick="fetch('/api/own')">Buy</button><label><input type="checkbox" onclick="fetch('/api/ticked')">Gift</label>`,
    ),
  )
  // The context of a navigation is active until a message ends its task. Clicks are dispatched before messages.
  await page.evaluate(() => {
    const turn = (count: number) => {
      history.pushState({}, '', `/turn${count}`)
      const start = performance.now()
      while (performance.now() - start < 120);
      if (count < 20) setTimeout(turn, 0, count + 1)
    }
    setTimeout(turn, 0, 0)
  })
  for (let count = 0; count < 4; count++) await page.click('button')
  const requests = await waitForSpans(server, isRequestTo('/api/own'), 4)
  const clicks = await waitForSpans(server, isNamed('click Buy'), 4)
  expect(requests.map(({ traceId }) => traceId).sort()).toEqual(clicks.map(({ traceId }) => traceId).sort())

  await page.evaluate(() =>
    window.throughline?.action('by hand', async () => {
      document.querySelector('label')?.click()
      await null
    }),
  )
  const hand = await waitForSpan(server, isNamed('by hand'))
  expect(await waitForSpan(server, isRequestTo('/api/ticked'))).toMatchObject({ traceId: hand.traceId })
})

test('a timer passes its arguments to its callback', async ({ page, visit, serve }) => {
  await visit(serve('/', ''))
  const same = await page.evaluate(async () => {
    const given = () => {}
    const timer = new Promise((resolve) =>
      setTimeout((value: unknown) => resolve(value === given), 60, given),
    )
    const interval = await new Promise((resolve) => {
      const id = setInterval(
        (value: unknown) => {
          clearInterval(id)
          resolve(value === given)
        },
        5,
        given,
      )
    })
    return [await timer, interval]
  })
  expect(same).toEqual([true, true])
})

test('each of 20 requests of two overlapping clicks beside polls is in its own action', async ({
  page,
  visit,
  serve,
  server,
}) => {
  const url = serve(
    '/',
    `<button>A</button><button>B</button><script>
      const run = async (who) => {
        await Promise.all([1, 2, 3, 4, 5].map(async (n) => {
          const response = await fetch('/api/' + who + '/parallel/' + n + '?delay=' + (20 * n)); await response.json()
        }))
        for (let n = 0; n < 5; n++) {
          const response = await fetch('/api/' + who + '/sequential/' + n + '?delay=20')
          await response.json()
        }
      }
      for (const button of document.querySelectorAll('button')) button.addEventListener('click', () => run(button.textContent))
      let polls = 0
      setInterval(async () => {
        if (polls > 4) return
        polls++
        const r = await fetch('/api/poll'); await r.json()
        polls--
      }, 30)
    </script>`,
  )
  await visit(url)
  await page.click('text=A')
  await page.click('text=B')
  for (const who of ['A', 'B']) {
    const action = await waitForSpan(server, isNamed(`click ${who}`))
    const own = await waitForSpans(server, isRequestTo(`/api/${who}/`), 10)
    expect(own.map((span) => span.parentSpanId)).toEqual(own.map(() => action.spanId))
  }
  const clicks = server.spans().filter(({ name }) => name.startsWith('click'))
  const isPoll = isRequestTo('/api/poll')
  // Earlier requests are part of the page load.
  await waitForSpans(server, (span) => isPoll(span) && span.parentSpanId === undefined, 4)
  // A poll that started after both clicks arrives after those that ran beside them.
  const isAfter = ({ startTimeUnixNano }: { readonly startTimeUnixNano: string }) =>
    clicks.every(({ endTimeUnixNano }) => BigInt(startTimeUnixNano) > BigInt(endTimeUnixNano))
  await waitForSpan(server, (span) => isPoll(span) && isAfter(span))
  const polls = server.spans().filter(isPoll)
  expect(polls.filter((span) => clicks.some(({ traceId }) => traceId === span.traceId))).toEqual([])
})

test('work of another task right after a click is not part of it', async ({ page, visit, serve, server }) => {
  // Timers and listeners from before the SDK start tasks in which no code of the SDK runs first.
  const url = serve(
    '/',
    `<button>Busy</button><script>
      document.querySelector('button').addEventListener('click', () => {
        fetch('/api/own')
        const start = performance.now(); while (performance.now() - start < 40);
      })
      let pending = 0
      setInterval(() => {
        if (pending > 4) return
        pending++
        fetch('/api/interval').then(() => { pending-- })
      }, 20)
      addEventListener('message', () => fetch('/api/message'))
      new MessageChannel().port1.onmessage = () => fetch('/api/port')
    </script>`,
  )
  await visit(url)
  await page.evaluate(() => {
    document.querySelector('button')?.addEventListener('click', () => postMessage(0))
  })
  for (let count = 0; count < 10; count++) await page.click('button')
  const own = await waitForSpans(server, isRequestTo('/api/own'), 10)
  const clicks = new Set(own.map(({ traceId }) => traceId))
  expect(clicks.size).toBe(10)
  await waitForSpans(server, isRequestTo('/api/message'), 10)
  const foreign = server
    .spans()
    .filter((span) => /interval|message/.test(String(attribute(span, 'url.full'))))
  expect(
    foreign.filter(({ traceId }) => clicks.has(traceId)).map((span) => attribute(span, 'url.full')),
  ).toEqual([])
})

test('a click by code is its own action, and the work after it belongs to no action', async ({
  page,
  visit,
  serve,
  server,
}) => {
  const url = serve(
    '/',
    `<button id="a">A</button><button id="b">B</button><form aria-label="F" onsubmit="fetch('/api/f'); return false"></form><script>
      for (const id of ['a', 'b']) document.getElementById(id).addEventListener('click', async () => {
        fetch('/api/' + id + '/now')
        await null
        await (await fetch('/api/' + id + '/later')).json()
      })
    </script>`,
  )
  await visit(url)
  await page.evaluate(async () => {
    const click = (id: string) => document.getElementById(id)?.click()
    click('a')
    fetch('/api/none/now')
    click('b')
    await null
    fetch('/api/none/later')
    await window.throughline?.action('by hand', async () => {
      await fetch('/api/hand')
      document.forms[0]?.requestSubmit()
    })
  })
  const parentOf = async (path: string) => (await waitForSpan(server, isRequestTo(path))).parentSpanId
  for (const id of ['a', 'b']) {
    const { spanId } = await waitForSpan(server, isNamed(`click ${id.toUpperCase()}`))
    expect(await parentOf(`/api/${id}/now`)).toBe(spanId)
    expect(await parentOf(`/api/${id}/later`)).toBe(spanId)
  }
  expect(await parentOf('/api/none/now')).toBeUndefined()
  expect(await parentOf('/api/none/later')).toBeUndefined()
  const hand = await waitForSpan(server, isNamed('by hand'))
  expect(await parentOf('/api/f')).toBe(hand.spanId)
})

test('action() is a span of its function, in which the OpenTelemetry API works', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(serve('/', ''))
  const result = await page.evaluate(async () => {
    const traced = new Promise<string>((resolve) => {
      window.throughline?.onTrace(({ traceId, name }) => name === 'checkout' && resolve(traceId))
    })
    const value = await window.throughline?.action('checkout', async () => {
      const response = await fetch('/api/orders')
      return ((await response.json()) as { ok: boolean }).ok
    })
    return { value, traceId: await traced }
  })
  expect(result.value).toBe(true)
  const action = await waitForSpan(server, isNamed('checkout'))
  const order = await waitForSpan(server, isRequestTo('/api/orders'))
  expect(order.parentSpanId).toBe(action.spanId)
  expect(result.traceId).toBe(action.traceId)
})

test('the error of an action is recorded and thrown unchanged, even if it cannot be read', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(serve('/', ''))
  const same = await page.evaluate(async () => {
    const thrown: object = Object.create(null)
    const run = async (fn: () => unknown) => {
      try {
        await fn()
      } catch (error) {
        return error === thrown
      }
    }
    const fail = () => {
      throw thrown
    }
    return [
      await run(() => window.throughline?.action('at once', fail)),
      await run(() => window.throughline?.action('later', async () => fail())),
    ]
  })
  expect(same).toEqual([true, true])
  for (const name of ['at once', 'later']) {
    const action = await waitForSpan(server, isNamed(name))
    expect(action.status).toEqual({ code: 2, message: 'unreadable' })
    expect(exceptionsOf(action)).toHaveLength(1)
    expect(attribute(action, 'throughline.action.end_reason')).toBe('done')
  }
})

test('open spans are sent with their action when the page is unloaded, marked as unfinished', async ({
  page,
  visit,
  serve,
  server,
}) => {
  serve('/next', '<p>next</p>')
  const url = serve(
    '/',
    `<button>Leave</button><script>
      document.querySelector('button').addEventListener('click', () => { fetch('/api/slow?until=/never'); location.href = '/next' })
    </script>`,
  )
  await visit(url)
  await page.click('text=Leave')
  await page.waitForURL('**/next')
  const action = await waitForSpan(server, isNamed('click Leave'))
  const request = await waitForSpan(server, isRequestTo('/api/slow'))
  expect(request.parentSpanId).toBe(action.spanId)
  expect(attribute(request, 'throughline.incomplete')).toBe(true)
  expect(['hidden', 'pagehide']).toContain(attribute(action, 'throughline.action.end_reason'))
})

test('an action waits for a delayed second request, and leaves no span open if the page is unloaded', async ({
  page,
  visit,
  serve,
  server,
}) => {
  serve('/next', '<p>next</p>')
  const url = serve(
    '/',
    `<button>Retry</button><button>Note</button><script>
      const [retry, note] = document.querySelectorAll('button')
      retry.addEventListener('click', async () => {
        await (await fetch('/api/first')).text()
        await new Promise((resolve) => setTimeout(resolve, 1500))
        await (await fetch('/api/second')).text()
      })
      note.addEventListener('click', async () => {
        await (await fetch('/api/noted')).text()
        setTimeout(() => {}, 4000)
        setTimeout(() => { location.href = '/next' }, 800)
      })
    </script>`,
  )
  await visit(url)
  await page.click('text=Retry')
  const second = await waitForSpan(server, isRequestTo('/api/second'))
  const retry = await waitForSpan(server, isNamed('click Retry'))
  expect(second.parentSpanId).toBe(retry.spanId)
  expect(retry.endTimeUnixNano).toBe(second.endTimeUnixNano)

  await page.click('text=Note')
  await page.waitForURL('**/next')
  const noted = await waitForSpan(server, isRequestTo('/api/noted'))
  const note = await waitForSpan(server, isNamed('click Note'))
  expect(attribute(note, 'throughline.incomplete')).toBeUndefined()
  expect(note.endTimeUnixNano).toBe(noted.endTimeUnixNano)
})

test('the work of a double click belongs to its second click', async ({ page, visit, serve, server }) => {
  await visit(
    serve('/', `<button onclick="fetch('/api/click')" ondblclick="fetch('/api/double')">Open</button>`),
  )
  await page.dblclick('button')
  const double = await waitForSpan(server, isRequestTo('/api/double'))
  const clicks = await waitForSpans(server, isRequestTo('/api/click'), 2)
  const second = clicks.reduce((a, b) => (b.startTimeUnixNano > a.startTimeUnixNano ? b : a))
  expect(double.parentSpanId).toBe(second.parentSpanId)
  expect(double.parentSpanId).toBeDefined()
})

import { attribute, expect, isNamed, isRequestTo, test, waitForSpan } from './fixtures.ts'

/** Expressions with the id of a timer of four seconds, and whether Web IDL converts them to that id (`long`). */
const IDS: Readonly<Record<string, boolean>> = {
  id: true,
  'String(id)': true,
  '` ${id} `': true,
  'id + 0.7': true,
  'id + 2 ** 32': true,
  '[id]': true,
  'new Number(id)': true,
  '({ valueOf: () => id })': true,
  '({ toString: () => String(id) })': true,
  '(document.body.dataset.timer = id, document.body.dataset.timer)': true,
  'id + 1000': false,
  '`${id}x`': false,
  NaN: false,
  undefined: false,
  null: false,
}

for (const [expression, isCleared] of Object.entries(IDS)) {
  for (const [set, clear] of [
    ['setTimeout', 'clearTimeout'],
    ['setTimeout', 'clearInterval'],
    ['setInterval', 'clearTimeout'],
  ]) {
    test(`${clear}(${expression}) ${isCleared ? 'ends' : 'does not end'} the wait of an action for its ${set}`, async ({
      page,
      visit,
      serve,
      server,
    }) => {
      const timer = `() => { clearInterval(id); fetch('/api/late') }`
      const code = `fetch('/api/x'); const id = ${set}(${timer}, 1000); ${clear}(${expression})`
      await visit(serve('/', `<button onclick="${code.replaceAll('"', '&quot;')}">Go</button>`))
      await page.click('button')
      const click = await waitForSpan(server, isNamed('click Go'))
      expect(attribute(click, 'throughline.action.end_reason')).toBe('done')
      // The work of the timer is part of the action.
      const late = server.spans().filter(isRequestTo('/api/late'))
      expect(late.map(({ parentSpanId }) => parentSpanId)).toEqual(isCleared ? [] : [click.spanId])
    })
  }
}

test('an id of a timer is converted once and refused as without tracing', async ({ page, visit, serve }) => {
  await visit(serve('/', ''))
  const seen = await page.evaluate(() => {
    let reads = 0
    clearTimeout({ valueOf: () => ++reads } as unknown as number)
    clearInterval({ valueOf: () => ++reads } as unknown as number)
    const refused = [Symbol('s'), 5n, Object.create(null)].map((id) => {
      try {
        return clearTimeout(id)
      } catch (error) {
        return (error as Error).name
      }
    })
    return {
      reads,
      refused,
      names: [clearTimeout.name, clearTimeout.length, setInterval.name, setTimeout.length],
    }
  })
  expect(seen).toEqual({
    reads: 2,
    refused: ['TypeError', 'TypeError', 'TypeError'],
    names: ['clearTimeout', 0, 'setInterval', 1],
  })
})

test('an action waits for the first call of an interval, not for later ones', async ({
  page,
  visit,
  serve,
  server,
}) => {
  await visit(
    serve(
      '/',
      `<button>Go</button><script>document.querySelector('button').onclick = () => {
        let calls = 0
        const timer = setInterval(() => {
          fetch('/api/call/' + ++calls)
          if (calls === 3) clearInterval(timer)
        }, 300)
      }</script>`,
    ),
  )
  await page.click('button')
  const click = await waitForSpan(server, isNamed('click Go'))
  expect((await waitForSpan(server, isRequestTo('/api/call/1'))).parentSpanId).toBe(click.spanId)
  for (const call of [2, 3]) {
    expect((await waitForSpan(server, isRequestTo(`/api/call/${call}`))).parentSpanId).toBeUndefined()
  }
  expect(click.durationMillis).toBeGreaterThan(290)
})

import { openFirefox, openWebKit, type RemotePage } from '../conformance/browsers.ts'
import { attribute, expect, isNamed, isRequestTo, test, UNTIL_SDK, waitForSpan } from './fixtures.ts'

const BROWSERS: readonly (readonly [string, () => Promise<RemotePage | undefined>])[] = [
  ['Firefox', openFirefox],
  ['WebKit', openWebKit],
]

/** The code runs in a task of the page, because WebKit runs microtasks during a script of WebDriver. */
const CLICK_BY_CODE = `new Promise((resolve) => setTimeout(() => {
  document.querySelector('#refresh').click()
  resolve('clicked')
}, 0))`

const ROOTS = ['load /', 'click Buy', 'click Refresh']

for (const [name, open] of BROWSERS) {
  test(`in ${name}, page load, click, XHR, navigation and a click by code have their spans`, async ({
    serve,
    server,
  }) => {
    const browser = await open()
    test.skip(browser === undefined, `${name} is not installed`)
    if (!browser) return
    try {
      const url = serve(
        '/',
        `<button>Buy</button><button id="refresh">Refresh</button><script>
          fetch('/api/early').then((answer) => answer.json())
          document.querySelector('button').addEventListener('click', async () => {
            await (await fetch('/api/one?delay=20')).json()
            await new Promise((resolve) => setTimeout(resolve, 20))
            const reader = (await fetch('/api/two?chunks=2&body=20', { method: 'POST', body: 'x' })).body.getReader()
            while (!(await reader.read()).done);
            history.pushState({}, '', '/orders/7')
            const xhr = new XMLHttpRequest(); xhr.open('GET', '/api/three'); xhr.send()
            await new Promise((resolve) => xhr.onload = resolve)
          })
          const refresh = document.querySelector('#refresh')
          refresh.addEventListener('click', async () => {
            await (await fetch('/api/four?delay=20')).json()
            await (await fetch('/api/five')).json()
          })
        </script>`,
      )
      const steps = [
        UNTIL_SDK,
        { click: 'button' },
        { evaluate: CLICK_BY_CODE },
        { until: () => Promise.all(ROOTS.map((root) => waitForSpan(server, isNamed(root)))) },
        { evaluate: 'Promise.resolve(JSON.stringify(window.throughline.health()))' },
      ]
      const health = JSON.parse(await browser.visit(url, steps)) as { dropped: number }
      expect(health.dropped).toBe(0)
    } finally {
      await browser.close()
    }
    const load = await waitForSpan(server, isNamed('load /'))
    const click = await waitForSpan(server, isNamed('click Buy'))
    const navigation = await waitForSpan(server, isNamed('navigate /orders/:id'))
    const parentOf = async (path: string) => (await waitForSpan(server, isRequestTo(path))).parentSpanId
    expect(await parentOf('/api/early')).toBe(load.spanId)
    expect(await parentOf('/api/one')).toBe(click.spanId)
    expect(await parentOf('/api/two')).toBe(click.spanId)
    const refresh = await waitForSpan(server, isNamed('click Refresh'))
    expect(await parentOf('/api/four')).toBe(refresh.spanId)
    expect(await parentOf('/api/five')).toBe(refresh.spanId)
    expect(refresh.parentSpanId).toBeUndefined()
    expect(navigation.parentSpanId).toBe(click.spanId)
    expect(await parentOf('/api/three')).toBe(navigation.spanId)
    expect(attribute(click, 'throughline.action.end_reason')).toBe('done')
    const traced = server.requests.filter(({ path }) => path.startsWith('/api/'))
    expect(traced.filter(({ traceparent }) => !traceparent)).toEqual([])
  })
}

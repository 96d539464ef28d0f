import { expect, test } from '@playwright/test'
import type { ExpectedSpan } from '@throughline/otel-testing'
import { request, testFramework } from './framework-tests.ts'

/** A request of Next.js for the server's part of a page: before a link is clicked in production, after it in development. */
const page = (path: string): ExpectedSpan => ({ ...request('GET', `${path}\\?_rsc=[^&]*`), optional: true })

testFramework({
  name: 'nextjs',
  // Rewrites are fixed by the build, with the address of the collector.
  builds: {
    'production build by Turbopack': ['node_modules/.bin/next', 'build'],
    'production build by webpack': ['node_modules/.bin/next', 'build', '--webpack'],
  },
  production: (port) => ['node_modules/.bin/next', 'start', '--port', String(port)],
  development: (port) => ['node_modules/.bin/next', 'dev', '--port', String(port)],
  load: [request('GET', '/api/products'), page('/cart')],
  hydratesLate: true,
  // The chunk that follows React: Next.js gives it no name.
  ready: (page) => page.waitForLoadState('networkidle'),
  navigation: [page('/cart'), { name: 'navigate /cart' }, request('GET', '/api/cart')],
  more({ visit, expectTraceOf }) {
    test('a form with a Server Action has the request to the server', async ({ page }) => {
      await visit(page)
      const sent = page.waitForRequest((each) => each.method() === 'POST' && 'next-action' in each.headers())
      await page.getByRole('button', { name: 'Reserve' }).click()
      await expect(page.getByText('reserved')).toBeVisible()
      const [, traceId = ''] = ((await sent).headers().traceparent ?? '').split('-')
      await expectTraceOf(traceId, { name: 'click Reserve', children: [request('POST', '/')] })
    })

    test('tracing starts before React is evaluated', async ({ page }) => {
      // React hands its internals to the hook of React DevTools. When tracing runs, it has put an accessor there.
      await page.addInitScript(() => {
        const met: boolean[] = []
        const inject = ({ currentDispatcherRef }: { currentDispatcherRef: object }) =>
          met.push(Object.getOwnPropertyDescriptor(currentDispatcherRef, 'H')?.get !== undefined)
        const unused = () => {}
        Object.assign(window, {
          met,
          __REACT_DEVTOOLS_GLOBAL_HOOK__: {
            inject,
            supportsFiber: true,
            renderers: new Map(),
            onCommitFiberRoot: unused,
            onCommitFiberUnmount: unused,
          },
        })
      })
      await visit(page)
      // The overlay of the development server has a React of its own.
      expect(new Set((await page.evaluate('met')) as boolean[])).toEqual(new Set([true]))
    })
  },
})

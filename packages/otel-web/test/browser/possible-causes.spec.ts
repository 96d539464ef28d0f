import type { Page } from '@playwright/test'
import type { OtlpSpan } from '@throughline/otel-shared'
import { attribute, expect, isNamed, isRequestTo, test, waitForSdk, waitForSpan } from './fixtures.ts'

/** As frameworks batch updates: the first one schedules the flush that makes all requests. */
const SCHEDULER = `<script>
  let queue = []
  const flush = () => {
    for (const path of queue.splice(0)) fetch(path)
  }
  window.update = (path) => {
    if (queue.push(path) === 1) queueMicrotask(flush)
  }
</script>`

/** Runs an action for each path in one task. Each action adds an update to the same batch. */
function actAtOnce(page: Page, paths: readonly string[]): Promise<void> {
  return page.evaluate((all) => {
    const { update } = window as unknown as { update: (path: string) => void }
    for (const path of all) window.throughline?.action(`load ${path}`, () => update(path))
  }, paths)
}

const linked = ({ links }: OtlpSpan) =>
  links.map((link) => ({ spanId: link.spanId, attribution: attribute(link, 'throughline.attribution') }))

test('a request that one of two actions caused is a root that links to both', async ({
  page,
  serve,
  server,
}) => {
  await page.goto(serve('/', SCHEDULER))
  await waitForSdk(page)
  await actAtOnce(page, ['/api/one', '/api/two'])
  for (const path of ['/api/one', '/api/two']) {
    const request = await waitForSpan(server, isRequestTo(path))
    expect(request.parentSpanId ?? '').toBe('')
    // Both actions are exported, although neither is known to have caused a request.
    const actions = [
      await waitForSpan(server, isNamed('load /api/one')),
      await waitForSpan(server, isNamed('load /api/two')),
    ]
    expect(linked(request)).toEqual(actions.map(({ spanId }) => ({ spanId, attribution: 'possible' })))
    expect(request.links.map(({ traceId }) => traceId)).toEqual(actions.map(({ traceId }) => traceId))
  }
})

test('later requests link to the same actions, and requests of a single action are its children', async ({
  page,
  serve,
  server,
}) => {
  await page.goto(
    serve('/', SCHEDULER.replace('fetch(path)', "fetch(path).then(() => fetch(path + '/next'))")),
  )
  await waitForSdk(page)
  await actAtOnce(page, ['/api/one', '/api/two'])
  const next = await waitForSpan(server, isRequestTo('/api/two/next'))
  expect(linked(next)).toHaveLength(2)
  await actAtOnce(page, ['/api/alone'])
  const action = await waitForSpan(server, isNamed('load /api/alone'))
  const alone = await waitForSpan(server, isRequestTo('/api/alone'))
  expect(alone.parentSpanId).toBe(action.spanId)
  expect(alone.links).toEqual([])
})

test('a request links to eight possible causes at most', async ({ page, serve, server }) => {
  await page.goto(serve('/', SCHEDULER))
  await waitForSdk(page)
  await actAtOnce(
    page,
    Array.from({ length: 12 }, (_, nth) => `/api/${nth}`),
  )
  const request = await waitForSpan(server, isRequestTo('/api/11'))
  expect(linked(request)).toHaveLength(8)
})

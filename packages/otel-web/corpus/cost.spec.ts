import { expect, test } from '@playwright/test'
import { buildCorpus } from './build.ts'
import { costExpression } from './candidates.ts'
import type { Costs } from './page/cost.ts'
import { type CorpusServer, startCorpusServer } from './server.ts'

type Measured = keyof Costs

let server: CorpusServer

test.beforeAll(async () => {
  server = await startCorpusServer(await buildCorpus())
})
test.afterAll(() => server.close())

/** The fastest of some interleaved runs: on a shared machine only the fastest means anything. */
test('an await costs no more than a few times a native one', async ({ browser }) => {
  test.setTimeout(240_000)
  const setUps = {
    native: ['/cost.js', 'native'],
    idle: ['/cost.js', 'idle'],
    context: ['/cost.js', 'context'],
    compiled: ['/compiled-cost.js', 'idle'],
    compiledContext: ['/compiled-cost.js', 'context'],
  } as const
  const best: Record<string, Costs> = {}
  for (let round = 0; round < 3; round++) {
    for (const [name, [script, mode]] of Object.entries(setUps)) {
      // A browser context of its own: what one page makes an engine forget to optimise, its process does not relearn.
      const page = await browser.newPage()
      await page.goto(server.origin)
      const costs = JSON.parse(await page.evaluate<string>(costExpression(script, mode))) as Costs
      await page.close()
      best[name] = least(best[name] ?? costs, costs)
    }
  }
  console.table(best)
  const { native, idle, context, compiled, compiledContext } = best as Record<keyof typeof setUps, Costs>
  // The figures are for the table in docs/context.md. On a machine that is busy with other things they are only good
  // for this: nothing has become many times slower.
  for (const kind of ['asyncFunction', 'settledPromise', 'value'] as const) {
    expect.soft(idle[kind] / native[kind], kind).toBeLessThanOrEqual(4)
    expect.soft(compiled[kind] / native[kind], `${kind}, compiled`).toBeLessThanOrEqual(8)
    expect.soft(context[kind] / native[kind], `${kind}, followed`).toBeLessThanOrEqual(40)
  }
  for (const ended of [context, compiledContext]) {
    expect.soft(ended.platformMicros / native.platformMicros).toBeLessThanOrEqual(5)
  }
})

function least(one: Costs, other: Costs): Costs {
  const entries = Object.entries(one) as [Measured, number][]
  return Object.fromEntries(
    entries.map(([kind, value]) => [kind, Math.min(value, other[kind])]),
  ) as unknown as Costs
}

import { expect, test } from '@playwright/test'
import { buildReactPage } from './react/build.ts'
import { startCorpusServer } from './server.ts'

/** Times of React alone, by what the rows use. */
const LIMITS: Readonly<Record<string, number>> = {
  'one useState': 1.1,
  'six hooks': 1.3,
  'an effect that runs': 1.3,
}
const WARM_UP = 3

type Costs = Readonly<Record<string, number>>

/**
 * One page has React alone and React followed, and renders with them in turns, so that what a shared machine does to one
 * it does to the other. The median of at least 15 rounds counts; as long as that is too much there are further rounds.
 */
test('the cost of rendering 1,000 components is within its limit @bench', async ({ page }) => {
  test.setTimeout(300_000)
  const server = await startCorpusServer({
    '/alone.js': await buildReactPage({ mode: 'production', entry: 'cost', isFollowed: false }),
    '/followed.js': await buildReactPage({ mode: 'production', entry: 'cost' }),
  })
  try {
    await page.goto(server.origin)
    await page.addScriptTag({ url: '/alone.js' })
    await page.addScriptTag({ url: '/followed.js' })
    const ratios: Record<string, number[]> = {}
    let missed: string[] = []
    for (let round = 0; round < 15 || (round < 120 && missed.length > 0); round++) {
      const [alone = {}, followed = {}] = await page.evaluate<Costs[]>('costs.map((measure) => measure())')
      if (round < WARM_UP) continue
      for (const [name, millis] of Object.entries(alone)) {
        ratios[name] = [...(ratios[name] ?? []), (followed[name] ?? Number.NaN) / millis]
      }
      missed = Object.keys(LIMITS).filter((name) => median(ratios[name] ?? []) > (LIMITS[name] ?? 1))
    }
    console.table(Object.fromEntries(Object.entries(ratios).map(([name, all]) => [name, median(all)])))
    expect(missed).toEqual([])
  } finally {
    await server.close()
  }
})

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN
}

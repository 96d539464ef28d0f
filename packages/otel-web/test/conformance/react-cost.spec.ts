import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, expect, type Page, test } from '@playwright/test'
import { buildReactPage } from './react/build.ts'
import { installVersion } from './react/install.ts'
import { startCorpusServer } from './server.ts'

/** Times of React alone, by what the rows use. */
const LIMITS: Readonly<Record<string, number>> = {
  'one useState': 1.1,
  'six hooks': 1.3,
  'an effect that runs': 1.3,
}
/** Fresh pages, since what V8 optimizes differs from page to page; at most twice as many. */
const SETS = 5
const ROUNDS = 12
const WARM_UP = 3

type Costs = Readonly<Record<string, number>>
type Ratios = Record<string, number[]>

/**
 * React alone and React followed have a page each, and render in turns, so that what a shared machine does to one it does
 * to the other. A second page of React alone shows how exact the measurement is. The median of all rounds counts; as long
 * as that is too much there are further ones.
 */
for (const version of ['19', '18']) {
  test(`React ${version}: the cost of rendering 1,000 components is within its limit @bench`, async ({
    browser,
  }) => {
    test.setTimeout(600_000)
    const folder = mkdtempSync(join(tmpdir(), 'throughline-react-'))
    const modules = version === '19' ? undefined : installVersion(folder, version)
    const options = { mode: 'production', entry: 'cost', modules } as const
    const server = await startCorpusServer({
      '/alone.js': await buildReactPage({ ...options, isFollowed: false }),
      '/followed.js': await buildReactPage(options),
    })
    const open = (script: string) => openPage(browser, server.origin, script)
    try {
      const again: Ratios = {}
      const followed: Ratios = {}
      const acting: Ratios = {}
      const missed = () => Object.keys(LIMITS).filter((name) => median(followed[name]) > (LIMITS[name] ?? 1))
      for (let set = 0; set < SETS || (set < 2 * SETS && missed().length > 0); set++) {
        const pages = [await open('/alone.js'), await open('/alone.js'), await open('/followed.js')]
        for (let round = 0; round < ROUNDS; round++) {
          const costs = await measure(pages, round % 2 === 1)
          if (round < WARM_UP) continue
          const [alone = {}, aloneToo = {}, second = {}, , first = {}, act = {}] = costs
          add(again, second, alone)
          add(followed, first, alone)
          add(acting, act, aloneToo)
        }
        for (const page of pages) await page.close()
      }
      console.log(`React ${version}, ${SETS} pages or more, as a ratio to React alone`)
      console.table(
        Object.fromEntries(
          Object.keys(followed).map((name) => [
            name,
            {
              'alone again': median(again[name]),
              followed: median(followed[name]),
              'in an action': median(acting[name]),
            },
          ]),
        ),
      )
      expect(missed()).toEqual([])
    } finally {
      await server.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })
}

/** Pages of one browser context would share a process, and with it the heap. */
async function openPage(browser: Browser, origin: string, script: string): Promise<Page> {
  const page = await browser.newPage()
  await page.goto(origin)
  await page.addScriptTag({ url: script })
  return page
}

/**
 * Costs of each page, outside and inside of an action of the user, in this order or from the last to the first. A page
 * of React alone has no actions, and renders as often all the same: a page that renders twice as often takes longer.
 */
async function measure(pages: readonly Page[], isReversed: boolean): Promise<Costs[]> {
  const steps = pages.flatMap((page) => [false, true].map((isInAction) => ({ page, isInAction })))
  const costs: Costs[] = []
  for (const { page, isInAction } of isReversed ? steps.toReversed() : steps)
    costs.push(await page.evaluate<Costs>(`cost(${isInAction})`))
  return isReversed ? costs.toReversed() : costs
}

/** Adds the ratios of the costs of a page to those of React alone. */
function add(ratios: Ratios, costs: Costs, alone: Costs): void {
  for (const [name, millis] of Object.entries(alone)) {
    ratios[name] = [...(ratios[name] ?? []), (costs[name] ?? Number.NaN) / millis]
  }
}

function median(values: readonly number[] = []): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN
}

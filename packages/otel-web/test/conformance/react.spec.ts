import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { NO_OWNER } from './flow.ts'
import { buildReactPage } from './react/build.ts'
import { installTag, installVersion } from './react/install.ts'
import type { OrdersResult } from './react/orders.ts'
import type { PatternsResult } from './react/page.ts'
import type { ProgramsResult } from './react/random-programs.ts'
import type { Look } from './react/start.ts'
import { startCorpusServer } from './server.ts'

/** A tag or version of React in the registry, for `npm run test:react-newest`. */
const { REACT_TAG } = process.env
/** The supported versions: the workspace's own and those in `react/versions/`. */
const VERSIONS: readonly string[] = REACT_TAG ? [REACT_TAG] : ['19', '18', '17']
const MODES = ['production', 'development'] as const
const SEEDS = 200

let folder: string
/** The `node_modules` of the versions that the workspace does not have. */
const installed: Record<string, string> = {}

test.beforeAll(() => {
  // Outside of the repository, so that npm does not treat them as workspaces.
  folder = mkdtempSync(join(tmpdir(), 'throughline-react-'))
  if (REACT_TAG) installed[REACT_TAG] = installTag(folder, REACT_TAG)
  else for (const version of ['18', '17']) installed[version] = installVersion(folder, version)
})
test.afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function evaluate<R>(
  page: Page,
  version: string,
  mode: (typeof MODES)[number],
  expression: string,
): Promise<R> {
  const root = version === '17' ? 'legacy' : 'client'
  const code = await buildReactPage({ mode, modules: installed[version], root })
  const server = await startCorpusServer({ '/page.js': code })
  try {
    await page.goto(server.origin)
    await page.addScriptTag({ url: '/page.js' })
    return (await page.evaluate(expression)) as R
  } finally {
    await server.close()
  }
}

function faultsOf({ looks }: Pick<PatternsResult, 'looks'>): {
  readonly wrong: string[]
  readonly lost: string[]
} {
  const describe = ({ where, right, seen }: Look) => `${where}: ${right}, not ${seen}`
  return {
    wrong: looks.filter(({ right, seen }) => seen !== right && seen !== NO_OWNER).map(describe),
    lost: looks.filter(({ right, seen }) => seen !== right && seen === NO_OWNER).map(describe),
  }
}

for (const version of VERSIONS) {
  for (const mode of MODES) {
    test(`React ${version}, ${mode}: each pattern keeps the context of its action`, async ({ page }) => {
      const result = await evaluate<PatternsResult>(page, version, mode, 'runReactPatterns({})')
      expect(faultsOf(result)).toEqual({ wrong: [], lost: [] })
      expect(result.missing).toEqual([])
    })

    test(`React ${version}, ${mode}: two concurrent actions on each pattern, beside a poll, have no wrong context`, async ({
      page,
    }) => {
      for (const pauseMillis of [0, 5, 50]) {
        const expression = `runReactPatterns({ pauseMillis: ${pauseMillis}, poll: true })`
        const result = await evaluate<PatternsResult>(page, version, mode, expression)
        expect(faultsOf(result).wrong).toEqual([])
      }
    })

    test(`React ${version}, ${mode}: updates of two actions and a poll that land in one render are never confused`, async ({
      page,
    }) => {
      test.setTimeout(240_000)
      const result = await evaluate<OrdersResult>(page, version, mode, 'runOrders()')
      expect(faultsOf(result).wrong).toEqual([])
      expect(result.orders).toBeGreaterThan(700)
    })

    test(`React ${version}, ${mode}: random programs have no wrong context and lose at most a tenth @long`, async ({
      page,
    }) => {
      test.setTimeout(240_000)
      const expression = `runRandomPrograms(1, ${SEEDS})`
      const result = await evaluate<ProgramsResult>(page, version, mode, expression)
      console.log(`React ${version}, ${mode}: ${JSON.stringify({ ...result, wrong: result.wrong.length })}`)
      expect(result.wrong).toEqual([])
      expect(result.alone).toBeGreaterThan(1000)
      expect(result.lost / result.alone).toBeLessThanOrEqual(0.1)
    })
  }
}

test(`React ${VERSIONS[0]} in StrictMode keeps the context of each pattern`, async ({ page }) => {
  const result = await evaluate<PatternsResult>(
    page,
    VERSIONS[0] ?? '',
    'development',
    'runReactPatterns({ strict: true })',
  )
  expect(faultsOf(result)).toEqual({ wrong: [], lost: [] })
  expect(result.missing).toEqual([])
})

test('two navigations of React Router have the right context in every order of their loaders', async ({
  page,
}) => {
  test.skip(REACT_TAG !== undefined, 'The libraries are installed for the version of the workspace.')
  const result = await evaluate<OrdersResult>(page, '19', 'production', 'runRouterOrders()')
  expect(faultsOf(result).wrong).toEqual([])
  expect(result.orders).toBe(42)
})

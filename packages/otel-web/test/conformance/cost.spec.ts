import { type Browser, expect, test } from '@playwright/test'
import { buildCorpus } from './build.ts'
import { costExpression } from './candidates.ts'
import type { Costs } from './page/cost.ts'
import { type CorpusServer, startCorpusServer } from './server.ts'

let server: CorpusServer

test.beforeAll(async () => {
  server = await startCorpusServer(await buildCorpus())
})
test.afterAll(() => server.close())

const SET_UPS = {
  native: ['/cost.js', 'native'],
  idle: ['/cost.js', 'idle'],
  context: ['/cost.js', 'context'],
  compiled: ['/compiled-cost.js', 'idle'],
  compiledContext: ['/compiled-cost.js', 'context'],
  allCompiledContext: ['/all-compiled-cost.js', 'context'],
} as const

const SET_UP_NAMES = Object.keys(SET_UPS) as (keyof typeof SET_UPS)[]

type Round = Record<keyof typeof SET_UPS, Costs>

/** The cost of a round relative to its limit. */
type Gate = (round: Round) => number

const GATES: Readonly<Record<string, Gate>> = {
  'async function': ({ native, idle }) => idle.asyncFunction / (1.3 * native.asyncFunction),
  'settled promise': ({ native, idle }) => idle.settledPromise / (1.3 * native.settledPromise),
  value: ({ native, idle }) => idle.value / (1.3 * native.value),
  'value, in a context': ({ native, context }) => context.value / (1.3 * native.value),
  'async function, compiled': ({ native, compiled }) => compiled.asyncFunction / (2 * native.asyncFunction),
  'settled promise, compiled': ({ native, compiled }) =>
    compiled.settledPromise / (2 * native.settledPromise),
  'value, compiled': ({ native, compiled }) => compiled.value / (2 * native.value),
  'value, compiled, in a context': ({ native, compiledContext }) =>
    compiledContext.value / (2 * native.value),
  'settled promise, all compiled': ({ native, allCompiledContext }) =>
    allCompiledContext.settledPromise / (2 * native.settledPromise),
  'value, all compiled': ({ native, allCompiledContext }) => allCompiledContext.value / (2 * native.value),
  // Two times, as measured; a tenth is for what a shared machine adds.
  'async function, all compiled': ({ native, allCompiledContext }) =>
    allCompiledContext.asyncFunction / (2.2 * native.asyncFunction),
  // These limits are above the goal (see docs/context.md) and keep the cost from growing.
  'async function, in a context': ({ native, context }) => context.asyncFunction / (5 * native.asyncFunction),
  'settled promise, in a context': ({ native, context }) =>
    context.settledPromise / (4 * native.settledPromise),
  'end of a task': ({ native, context }) => context.platformMicros / (native.platformMicros + 5),
  'end of a task, compiled': ({ native, compiledContext }) =>
    compiledContext.platformMicros / (native.platformMicros + 5),
}

/**
 * What a shared machine does to a round it does to all set-ups in it, so set-ups are compared within a round, and the
 * median of at least five rounds counts. As long as that is too much there are further rounds, up to fifteen.
 */
test('the cost of an await is within its limit @bench', async ({ browser }) => {
  test.setTimeout(600_000)
  const rounds: Round[] = []
  let missed: string[] = []
  while (rounds.length < 5 || (rounds.length < 15 && missed.length > 0)) {
    rounds.push(await measureAll(browser))
    missed = Object.keys(GATES).filter((name) => median(rounds.map((round) => GATES[name]?.(round) ?? 0)) > 1)
  }
  console.table(medians(rounds))
  expect(missed).toEqual([])
})

async function measureAll(browser: Browser): Promise<Round> {
  const all: Partial<Round> = {}
  for (const name of SET_UP_NAMES) {
    const [script, mode] = SET_UPS[name]
    // A new page for each measurement: an optimization that V8 gave up in a page stays off in its process.
    const page = await browser.newPage()
    await page.goto(server.origin)
    all[name] = JSON.parse(await page.evaluate<string>(costExpression(script, mode))) as Costs
    await page.close()
  }
  return all as Round
}

/** Of each cost the median, and in brackets how many times the native one that is. */
function medians(rounds: readonly Round[]): Record<string, Record<string, string>> {
  const cell = (name: keyof Round, kind: keyof Costs) => {
    const cost = median(rounds.map((round) => round[name][kind]))
    const times = median(rounds.map((round) => round[name][kind] / round.native[kind]))
    return `${cost.toFixed(1)} (${times.toFixed(2)}×)`
  }
  const kinds = Object.keys(rounds[0]?.native ?? {}) as (keyof Costs)[]
  return Object.fromEntries(
    SET_UP_NAMES.map((name) => [name, Object.fromEntries(kinds.map((kind) => [kind, cell(name, kind)]))]),
  )
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN
}

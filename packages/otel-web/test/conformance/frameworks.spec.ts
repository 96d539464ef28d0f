import { expect, type Page, test } from '@playwright/test'
import { NO_OWNER } from './flow.ts'
import { buildFramework, FRAMEWORKS } from './frameworks/build.ts'
import type { Meeting, ProgramsResult } from './frameworks/program.ts'
import { startCorpusServer } from './server.ts'

const MEETINGS: readonly Meeting[] = ['one after the other', 0, 5, 50, 'shared promise']

/** Places in which the context of even a single action is lost: callbacks of a shared message channel. */
const LOST_ALONE: Readonly<Record<string, readonly string[]>> = { Solid: ['deferred'] }

for (const [framework, name] of Object.entries(FRAMEWORKS)) {
  test(`${framework}: no work of an action is assigned to a concurrent one`, async ({ page }) => {
    const server = await startCorpusServer({ '/page.js': await buildFramework(name) })
    try {
      for (const meeting of MEETINGS) {
        const { seen, missing } = await runPrograms(page, server.origin, meeting)
        const lost = seen.filter(({ seen }) => seen === NO_OWNER)
        const wrong = seen.filter(({ right, seen }) => seen !== right && seen !== NO_OWNER)
        const right = seen.length - lost.length - wrong.length
        console.log(`${framework}, ${meeting}: ${right} right, ${lost.length} lost, ${wrong.length} wrong`)
        expect.soft(missing).toEqual([])
        expect.soft(wrong).toEqual([])
        if (meeting !== 'one after the other') continue
        const isExpected = (where: string) => LOST_ALONE[framework]?.some((place) => where.endsWith(place))
        expect.soft(lost.filter(({ where }) => !isExpected(where))).toEqual([])
      }
    } finally {
      await server.close()
    }
  })
}

async function runPrograms(page: Page, origin: string, meeting: Meeting): Promise<ProgramsResult> {
  await page.goto(origin)
  await page.addScriptTag({ url: '/page.js' })
  return page.evaluate<ProgramsResult>(`runPrograms(${JSON.stringify(meeting)})`)
}

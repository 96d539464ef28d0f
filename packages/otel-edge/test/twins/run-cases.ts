import type { Twin } from './case.ts'
import { ALL_CASES } from './cases/index.ts'
import { attempt, describe, type Seen } from './describe.ts'

const LIMIT_MILLIS = 20_000

/** Runs the cases with these titles and returns their results. */
export async function runCases(
  titles: readonly string[],
  place: string,
  view: Pick<Twin, 'env' | 'ctx' | 'storage'>,
): Promise<Record<string, Seen>> {
  const seen: Record<string, Seen> = {}
  for (const title of titles) {
    const run = ALL_CASES[title]
    const key = `K${place}-${title.toLowerCase().replace(/[^a-z]+/g, '-')}K`
    const twin: Twin = { ...view, key, attempt, describe }
    seen[title] = await Promise.race([attempt(() => run?.(twin)), timeout()])
  }
  return seen
}

async function timeout(): Promise<Seen> {
  await new Promise((resolve) => setTimeout(resolve, LIMIT_MILLIS))
  return 'not over in time'
}

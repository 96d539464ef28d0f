import { type Check, NO_OWNER } from './flow.ts'
import type { RunResult } from './page/main.ts'

/** The verdict of a pattern, which is that of its worst check. */
type Verdict = 'kept' | 'lost' | 'left active' | 'wrong'

/** The verdicts of a run, counted by pattern. */
export interface Tally {
  readonly verdicts: Readonly<Record<Verdict, number>>
  /** The failed checks, with their pattern. */
  readonly faults: readonly string[]
}

const WORST_FIRST: readonly Verdict[] = ['wrong', 'left active', 'lost', 'kept']

/** Counts a run's patterns by their verdicts. */
export function tally({ checks, patterns }: RunResult): Tally {
  const counts = { kept: 0, lost: 0, 'left active': 0, wrong: 0 }
  for (const name of patterns) {
    const verdicts = checks.filter(({ pattern }) => pattern === name).map(verdictOf)
    // The browser does not have the API of the pattern.
    if (verdicts.length === 0) continue
    counts[WORST_FIRST.find((verdict) => verdicts.includes(verdict)) ?? 'lost']++
  }
  const faults = checks
    .filter((check) => verdictOf(check) !== 'kept')
    .map(
      (check) => `${verdictOf(check)}: ${check.pattern}, ${check.where}: ${check.right}, not ${check.seen}`,
    )
  return { verdicts: counts, faults }
}

function verdictOf({ right, seen }: Check): Verdict {
  if (seen === right) return 'kept'
  if (seen === NO_OWNER) return 'lost'
  return right === NO_OWNER ? 'left active' : 'wrong'
}

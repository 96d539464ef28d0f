import { type Check, NOBODY } from './flow.ts'
import type { RunResult } from './page/main.ts'

/** What became of a pattern, its worst check deciding. */
type Verdict = 'kept' | 'lost' | 'left active' | 'wrong'

/** A run, counted by patterns. */
export interface Tally {
  readonly verdicts: Readonly<Record<Verdict, number>>
  /** The checks that are not as they should be, with their pattern. */
  readonly faults: readonly string[]
}

const WORST_FIRST: readonly Verdict[] = ['wrong', 'left active', 'lost', 'kept']

/** Counts a run's patterns by their verdicts. */
export function tally({ checks, patterns }: RunResult): Tally {
  const counts = { kept: 0, lost: 0, 'left active': 0, wrong: 0 }
  for (const name of patterns) {
    const verdicts = checks.filter(({ pattern }) => pattern === name).map(verdictOf)
    // A browser without what the pattern is about.
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
  if (seen === NOBODY) return 'lost'
  return right === NOBODY ? 'left active' : 'wrong'
}

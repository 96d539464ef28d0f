import type { Restore } from './patch.ts'

/** Combines several functions into one that calls all of them. */
export function stopAll(stops: readonly Restore[]): Restore {
  return () => {
    for (const stop of stops) stop()
  }
}

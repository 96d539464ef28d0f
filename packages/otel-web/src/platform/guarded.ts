/** Runs `run` and returns undefined if it throws, so that failures of the SDK do not reach the page. */
export function guarded<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}

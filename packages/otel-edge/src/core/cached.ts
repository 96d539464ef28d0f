import { MAX_CACHED_LENGTH, MAX_CACHED_TEXTS } from '../limits.ts'

/** Caches the results of a function of short texts, at most MAX_CACHED_TEXTS of them. */
export function cached<Result extends {}>(compute: (text: string) => Result): (text: string) => Result {
  const known = new Map<string, Result>()
  return (text) => {
    let result = known.get(text)
    if (result === undefined) {
      result = compute(text)
      if (known.size === MAX_CACHED_TEXTS) known.clear()
      if (text.length <= MAX_CACHED_LENGTH) known.set(text, result)
    }
    return result
  }
}

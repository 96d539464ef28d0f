import { isObject } from '../platform/platform-class.ts'
import { missingBaggage } from './missing-baggage.ts'

/**
 * Adds trace headers to the headers of a request, and keeps the type they were given in: a `fetch` that the page has
 * replaced may expect it.
 */
export function withHeaders(given: unknown, added: Readonly<Record<string, string>>): HeadersInit {
  const own = new Headers(given as HeadersInit | undefined)
  const set = new Map<string, string>()
  addHeaders(
    added,
    (name) => own.get(name),
    (name, value) => set.set(name, value),
  )
  const merge = (pairs: Iterable<[string, string]>) =>
    [...pairs].filter(([name]) => !set.has(name.toLowerCase())).concat([...set])
  if (Array.isArray(given)) return merge(given)
  if (isObject(given) && Symbol.iterator in given) return new Headers(merge(own))
  return Object.fromEntries(merge(Object.entries(given ?? {})))
}

/**
 * Adds trace headers to the headers of a request. If the caller has set `traceparent`, nothing is added. `baggage` is a
 * list, so members are appended to the caller's.
 */
export function addHeaders(
  added: Readonly<Record<string, string>>,
  get: (name: string) => string | null,
  set: (name: string, value: string) => void,
): void {
  if (get('traceparent') !== null) return
  for (const name of Object.keys(added)) {
    const value = added[name] ?? ''
    const own = get(name)
    // A `baggage` header without members is invalid as the beginning of a list.
    if (!own) set(name, value)
    else if (name === 'baggage') {
      const missing = missingBaggage(own, value)
      if (missing) set(name, `${own},${missing}`)
    }
  }
}

import type { TraceState } from '@opentelemetry/api'
import { MAX_TRACESTATE_LENGTH, MAX_TRACESTATE_MEMBERS } from '../limits.ts'
import { trimOptionalWhitespace } from './optional-whitespace.ts'

// In Level 2, a key can start with a digit, and `@` has no special meaning.
const KEY = /^[a-z0-9][a-z0-9_*/@-]{0,255}$/
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/

/**
 * Parses a `tracestate` header. The caller joins several headers with commas.
 *
 * @returns `undefined` when a member violates the grammar, when there are more than 32 members, and when the header is longer
 *   than 32 members can be. The traceparent is still valid then. Empty members are valid and omitted. If a key occurs twice,
 *   the first member is kept, which is the newer one.
 * @see https://www.w3.org/TR/trace-context-2/#tracestate-header
 */
export function parseTracestate(header: string): TraceState | undefined {
  if (header.length > MAX_TRACESTATE_LENGTH) return undefined
  const members = new Map<string, string>()
  let count = 0
  for (const part of header.split(',')) {
    const member = trimOptionalWhitespace(part)
    if (member === '') continue
    const separator = member.indexOf('=')
    const key = member.slice(0, separator)
    const value = member.slice(separator + 1)
    if (separator < 1 || !KEY.test(key) || !VALUE.test(value) || ++count > MAX_TRACESTATE_MEMBERS)
      return undefined
    if (!members.has(key)) members.set(key, value)
  }
  return count === 0 ? undefined : createTraceState(members)
}

/** Creates a `TraceState` of the API from valid members, newest first. `set` ignores invalid keys and values. */
export function createTraceState(members: ReadonlyMap<string, string> = new Map()): TraceState {
  let serialized: string | undefined
  return {
    get: (key) => members.get(key),
    set(key, value) {
      if (!KEY.test(key) || !VALUE.test(value)) return this
      const next = new Map([[key, value]])
      for (const [otherKey, otherValue] of members) {
        if (otherKey !== key && next.size < MAX_TRACESTATE_MEMBERS) next.set(otherKey, otherValue)
      }
      return createTraceState(next)
    },
    unset(key) {
      const next = new Map(members)
      next.delete(key)
      return createTraceState(next)
    },
    serialize: () => {
      serialized ??= [...members].map(([key, value]) => `${key}=${value}`).join()
      return serialized
    },
  }
}

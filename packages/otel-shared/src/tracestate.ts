import type { TraceState } from '@opentelemetry/api'

const MAX_MEMBERS = 32
// Level 2 lets a key begin with a digit; tenant@system keeps the limits it had in level 1.
const KEY = /^(?:[a-z0-9][_0-9a-z\-*/]{0,255}|[a-z0-9][_0-9a-z\-*/]{0,240}@[a-z][_0-9a-z\-*/]{0,13})$/
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/

/**
 * Reads a `tracestate` header; several headers are joined with commas first.
 *
 * @returns `undefined` when any member breaks the grammar or there are more than 32: the state is then dropped whole, the
 *   traceparent stays valid. Empty members are allowed and left out; of a key that comes twice the first one is kept,
 *   which is the newer.
 * @see https://www.w3.org/TR/trace-context-2/#tracestate-header
 */
export function parseTracestate(header: string): TraceState | undefined {
  const members = new Map<string, string>()
  let count = 0
  for (const part of header.split(',')) {
    const member = part.replace(/^[ \t]+|[ \t]+$/g, '')
    if (member === '') continue
    const separator = member.indexOf('=')
    const key = member.slice(0, separator)
    const value = member.slice(separator + 1)
    if (separator < 1 || !KEY.test(key) || !VALUE.test(value) || ++count > MAX_MEMBERS) return undefined
    if (!members.has(key)) members.set(key, value)
  }
  return count === 0 ? undefined : createTraceState(members)
}

/** A `TraceState` of the API over validated members, newest first; illegal keys and values are ignored by `set`. */
export function createTraceState(members: ReadonlyMap<string, string> = new Map()): TraceState {
  let serialized: string | undefined
  return {
    get: (key) => members.get(key),
    set(key, value) {
      if (!KEY.test(key) || !VALUE.test(value)) return this
      const next = new Map([[key, value]])
      for (const [otherKey, otherValue] of members) {
        if (otherKey !== key && next.size < MAX_MEMBERS) next.set(otherKey, otherValue)
      }
      return createTraceState(next)
    },
    unset(key) {
      const next = new Map(members)
      next.delete(key)
      return createTraceState(next)
    },
    serialize: () => {
      serialized ??= Array.from(members, ([key, value]) => `${key}=${value}`).join(',')
      return serialized
    },
  }
}

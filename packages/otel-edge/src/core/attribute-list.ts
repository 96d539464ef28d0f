import type { Attributes, AttributeValue } from '@opentelemetry/api'
import { type RedactionOptions, redactPrimitive } from '@throughline/otel-shared'
import type { SpanLimits } from '../config/span-limits.ts'
import { MAX_READ_LENGTH } from './safe-string.ts'

/**
 * Attributes in one flat list: key, value, key, value. A span has about a dozen attributes, which are set once and written
 * once. Filling and iterating an object with computed keys would take several times as long.
 */
export type AttributeList = (AttributeValue | undefined)[]

/** How attribute values of the app are recorded. */
interface Recording {
  readonly options: RedactionOptions
  readonly limits: SpanLimits
}

/** Adds an attribute, or replaces the one with the same key. Returns false when the list has `maxCount` other attributes. */
export function setInList(
  list: AttributeList,
  key: string,
  value: AttributeValue,
  maxCount: number = Number.POSITIVE_INFINITY,
): boolean {
  for (let index = 0; index < list.length; index += 2) {
    if (list[index] === key) {
      list[index + 1] = value
      return true
    }
  }
  if (list.length >= 2 * maxCount) return false
  list.push(key, value)
  return true
}

/** Creates a list of this package's own attributes. Undefined values are added, but not written. */
export function toList(attributes: Attributes): AttributeList {
  const list: AttributeList = []
  for (const key in attributes) list.push(key, attributes[key])
  return list
}

/**
 * Adds attributes of the app, with secrets redacted. `attributes` can be any value, also one that is not an object, has getters
 * that throw, or contains invalid values.
 *
 * @returns the number of attributes that were dropped.
 */
export function addToList(
  list: AttributeList,
  attributes: unknown,
  maxCount: number,
  how: Recording,
): number {
  let dropped = 0
  try {
    if (typeof attributes !== 'object' || attributes === null) return 0
    for (const key of Object.keys(attributes)) {
      const value: unknown = Reflect.get(attributes, key)
      if (value == null) continue
      const own = toRecorded(key, value, how)
      if (own === undefined || !setInList(list, key, own, maxCount)) dropped++
    }
  } catch {
    dropped++
  }
  return dropped
}

/** The value as it is recorded, with secrets redacted; `undefined` when the key or the value is invalid. */
export function toRecorded(key: unknown, value: unknown, how: Recording): AttributeValue | undefined {
  if (!key || typeof key !== 'string') return undefined
  if (!Array.isArray(value)) return isPrimitive(value) ? redact(key, value, how) : undefined
  // The app can change its own array later, so the list gets a copy.
  return value.every((item) => item == null || isPrimitive(item))
    ? (value.map((item) => redact(key, item, how)) as AttributeValue)
    : undefined
}

function redact(key: string, value: unknown, { options, limits }: Recording): AttributeValue {
  // The redacted part is longer than the exported one, so that a secret at the end of the latter is recognized.
  const read =
    typeof value === 'string' ? value.slice(0, Math.max(2 * limits.valueLength, MAX_READ_LENGTH)) : value
  return redactPrimitive(key, read, options) as AttributeValue
}

function isPrimitive(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

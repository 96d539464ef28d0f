import type { Attributes, AttributeValue } from '@opentelemetry/api'

/**
 * Attributes in one flat list: key, value, key, value. A span has a dozen of them, set once and written once; an object
 * with keys from constants costs several times as much to fill and to walk.
 */
export type AttributeList = (AttributeValue | undefined)[]

/** Sets an attribute, in the place of one of the same key; false when it would be one more than `maxCount`. */
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

/** What is undefined stays in the list, and is left out when it is written. */
export function toList(attributes: Attributes): AttributeList {
  const list: AttributeList = []
  for (const key in attributes) list.push(key, attributes[key])
  return list
}

import type { AnyValue } from '@throughline/otel-shared'

/** Formats an attribute value as plain text: scalars unquoted, lists and maps as JSON, bytes as base64. */
export function anyValueText(value: AnyValue): string {
  const plain = toPlain(value)
  if (typeof plain === 'object' && plain !== null) return JSON.stringify(plain)
  return plain === null ? '' : String(plain)
}

function toPlain(value: AnyValue): unknown {
  if (value.stringValue !== undefined) return value.stringValue
  if (value.boolValue !== undefined) return value.boolValue
  if (value.intValue !== undefined) {
    const number = Number(value.intValue)
    return Number.isSafeInteger(number) ? number : value.intValue
  }
  if (value.doubleValue !== undefined) return value.doubleValue
  if (value.arrayValue) return value.arrayValue.values.map(toPlain)
  // `Object.fromEntries` is used because an assignment to `__proto__` would set the prototype.
  if (value.kvlistValue) {
    return Object.fromEntries(value.kvlistValue.values.map((entry) => [entry.key, toPlain(entry.value)]))
  }
  return value.bytesValue ?? null
}

import type { Attributes, AttributeValue } from '@opentelemetry/api'
import type { AnyValue, KeyValue } from './types.ts'

/** Turns the API's attributes into OTLP key-values; `undefined` and `null` values are left out. */
export function toKeyValues(attributes: Attributes): KeyValue[] {
  const keyValues: KeyValue[] = []
  for (const key in attributes) {
    const value = attributes[key]
    if (value != null) keyValues.push({ key, value: toAnyValue(value) })
  }
  return keyValues
}

/** A double as OTLP's JSON encoding has it: `JSON.stringify` would make `null` of what is not finite. */
export function toDoubleValue(value: number): number | 'NaN' | 'Infinity' | '-Infinity' {
  if (Number.isFinite(value)) return value
  if (Number.isNaN(value)) return 'NaN'
  return value > 0 ? 'Infinity' : '-Infinity'
}

/** Turns one attribute value into OTLP's `AnyValue`; whole safe numbers become integers, others doubles. */
export function toAnyValue(value: AttributeValue | null | undefined): AnyValue {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: toDoubleValue(value) }
  }
  if (typeof value === 'boolean') return { boolValue: value }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(toAnyValue) } }
  return {}
}

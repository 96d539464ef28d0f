import type { Attributes, AttributeValue } from '@opentelemetry/api'
import type { AnyValue, KeyValue } from './types.ts'

/** Converts attributes of the API to OTLP's `KeyValue`s, for the exporters. `undefined` and `null` values are omitted. */
export function toKeyValues(attributes: Attributes): KeyValue[] {
  const keyValues: KeyValue[] = []
  for (const key in attributes) {
    const value = attributes[key]
    if (value != null) keyValues.push({ key, value: toAnyValue(value) })
  }
  return keyValues
}

/** Converts a double for OTLP's JSON encoding, in which NaN and infinities are strings. `JSON.stringify` writes `null`. */
export function toDoubleValue(value: number): number | 'NaN' | 'Infinity' | '-Infinity' {
  return Number.isFinite(value) ? value : (String(value) as 'NaN' | 'Infinity' | '-Infinity')
}

/** Converts an attribute value to OTLP's `AnyValue`. Safe integers become `intValue`, other numbers `doubleValue`. */
export function toAnyValue(value: AttributeValue | null | undefined): AnyValue {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: toDoubleValue(value) }
  }
  if (typeof value === 'boolean') return { boolValue: value }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(toAnyValue) } }
  return {}
}

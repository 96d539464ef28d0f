import { toDoubleValue } from '../attributes.ts'
import type { AnyValue, KeyValue } from '../types.ts'
import { addItem, countMessages, type DecodeTally, InvalidValue } from './decode-limits.ts'
import type { ProtobufReader } from './protobuf-reader.ts'

const MAX_VALUE_DEPTH = 20

/** Reads a `KeyValue` message. */
export function readAttribute(reader: ProtobufReader, tally: DecodeTally): KeyValue {
  return readKeyValue(reader, tally, 0)
}

function readKeyValue(reader: ProtobufReader, tally: DecodeTally, depth: number): KeyValue {
  countMessages(tally, 1)
  let key = ''
  let value: AnyValue = {}
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) key = reader.string()
    else if (field === 2) value = readAnyValue(reader.message(), tally, depth)
    else reader.skip()
  }
  return { key, value }
}

function readAnyValue(reader: ProtobufReader, tally: DecodeTally, depth: number): AnyValue {
  if (depth > MAX_VALUE_DEPTH) throw new InvalidValue(`an attribute is nested deeper than ${MAX_VALUE_DEPTH}`)
  countMessages(tally, 1)
  let value: AnyValue = {}
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) value = { stringValue: reader.string() }
    else if (field === 2) value = { boolValue: reader.bool() }
    else if (field === 3) value = { intValue: reader.int64().toString() }
    else if (field === 4) value = { doubleValue: toDoubleValue(reader.double()) }
    else if (field === 5) value = { arrayValue: { values: readValues(reader.message(), readItem) } }
    else if (field === 6) value = { kvlistValue: { values: readValues(reader.message(), readPair) } }
    else if (field === 7) value = { bytesValue: base64(reader.bytes()) }
    else reader.skip()
  }
  return value

  function readItem(item: ProtobufReader): AnyValue {
    return readAnyValue(item, tally, depth + 1)
  }

  function readPair(pair: ProtobufReader): KeyValue {
    return readKeyValue(pair, tally, depth + 1)
  }

  /** Reads an `ArrayValue` or a `KeyValueList`. Both have a single repeated field with the number 1. */
  function readValues<Item>(list: ProtobufReader, read: (item: ProtobufReader) => Item): Item[] {
    const values: Item[] = []
    for (let field = list.nextField(); field !== 0; field = list.nextField()) {
      if (field === 1) addItem(values, list, tally, read)
      else list.skip()
    }
    return values
  }
}

function base64(bytes: Uint8Array): string {
  let binary = ''
  // In chunks, since the size of the stack limits the number of arguments.
  for (let start = 0; start < bytes.length; start += 8_192)
    binary += String.fromCharCode(...bytes.subarray(start, start + 8_192))
  return btoa(binary)
}

import type { ProtobufReader } from './protobuf-reader.ts'

/** The maximum number of attributes of one object, of elements of one value, and of events and links of one span. */
const MAX_COUNT = 1_024
/**
 * The maximum number of messages in a request, which bounds its memory. An attribute or a value counts as one message, a larger
 * message as several. A span with 15 attributes has 1,500 bytes and counts as about 40 messages.
 */
const MAX_MESSAGES = 200_000
const MAX_UINT32 = 0xffffffff

/** Counts of the decoded and the omitted parts of a request. */
export interface DecodeTally {
  messages: number
  spans: number
  rejectedSpans: number
  /** Why the first rejected span was rejected. */
  errorMessage: string | undefined
  droppedItems: number
}

/** Thrown for a request with more messages than any exporter sends. */
export class TooManyMessages extends Error {}

/** Thrown for a value that the decoder does not accept. Within a span, only that span is rejected. */
export class InvalidValue extends Error {}

export type Writable<Shape> = { -readonly [Key in keyof Shape]: Shape[Key] }

export function countMessages(tally: DecodeTally, messages: number): void {
  tally.messages += messages
  if (tally.messages > MAX_MESSAGES)
    throw new TooManyMessages(`the body has more than ${MAX_MESSAGES} messages`)
}

/** Adds the next item of a repeated field. Returns 1 when the list is full and the item was skipped. */
export function addItem<Item>(
  items: Item[],
  reader: ProtobufReader,
  tally: DecodeTally,
  read: (reader: ProtobufReader, tally: DecodeTally) => Item,
): 0 | 1 {
  if (items.length < MAX_COUNT) {
    items.push(read(reader.message(), tally))
    return 0
  }
  reader.skip()
  tally.droppedItems++
  return 1
}

/** Adds the number of skipped items to the sender's count of dropped items. */
export function addDropped<Name extends string>(
  owner: { [Key in Name]?: number },
  name: Name,
  dropped: number,
): void {
  if (dropped > 0) owner[name] = Math.min((owner[name] ?? 0) + dropped, MAX_UINT32)
}

/** Sets a field unless it has its default value, which some senders write. In protobuf, it equals an absent field. */
export function setUnlessDefault<Shape, Key extends keyof Shape>(
  message: Shape,
  key: Key,
  value: Shape[Key],
): void {
  if (value) message[key] = value
}

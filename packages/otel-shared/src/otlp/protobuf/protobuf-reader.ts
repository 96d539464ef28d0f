import { decodeUtf8 } from '../../text/utf8.ts'

/** Thrown for bytes that are not a valid protobuf message of the expected type. */
export class ProtobufError extends Error {}

/** Reads the fields of one protobuf message without copying its bytes. */
export class ProtobufReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #end: number
  #position: number
  #wireType = 0

  constructor(
    bytes: Uint8Array,
    start = 0,
    end: number = bytes.length,
    view: DataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  ) {
    this.#bytes = bytes
    this.#view = view
    this.#position = start
    this.#end = end
  }

  /** Moves to the next field and returns its number, 0 at the end of the message. */
  nextField(): number {
    if (this.#position === this.#end) return 0
    const tag = this.#readVarint32()
    this.#wireType = tag & 7
    const field = tag >>> 3
    if (field === 0) throw new ProtobufError('field number 0')
    return field
  }

  skip(): void {
    if (this.#wireType === 0) this.#readVarint64()
    else if (this.#wireType === 1) this.#advance(8)
    else if (this.#wireType === 2) this.#advance(this.#readVarint32())
    else if (this.#wireType === 5) this.#advance(4)
    else if (this.#wireType === 3) this.#skipGroup()
    else throw new ProtobufError(`wire type ${this.#wireType}`)
  }

  /** Skips a group, a deprecated type that unknown fields can have. Nested groups do not recurse, to not exhaust the stack. */
  #skipGroup(): void {
    for (let depth = 1; depth > 0; ) {
      if (this.nextField() === 0) throw new ProtobufError('a group has no end')
      if (this.#wireType === 3) depth++
      else if (this.#wireType === 4) depth--
      else this.skip()
    }
  }

  message(): ProtobufReader {
    const [start, end] = this.#lengthDelimited()
    return new ProtobufReader(this.#bytes, start, end, this.#view)
  }

  string(): string {
    const [start, end] = this.#lengthDelimited()
    const text = decodeUtf8(this.#bytes.subarray(start, end))
    if (text === undefined) throw new ProtobufError('a string is not UTF-8')
    return text
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(...this.#lengthDelimited())
  }

  /** Discards the bits above 32, as protobuf specifies. A negative enum value takes ten bytes. */
  uint32(): number {
    this.#expect(0)
    let result = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#readByte()
      // JavaScript would shift by `shift % 32`.
      if (shift < 32) result |= (byte & 0x7f) << shift
      if (byte < 0x80) return result >>> 0
    }
    throw new ProtobufError('a varint is too long')
  }

  int64(): bigint {
    this.#expect(0)
    return BigInt.asIntN(64, this.#readVarint64())
  }

  bool(): boolean {
    this.#expect(0)
    return this.#readVarint64() !== 0n
  }

  fixed32(): number {
    this.#expect(5)
    const position = this.#position
    this.#advance(4)
    return this.#view.getUint32(position, true)
  }

  fixed64(): bigint {
    this.#expect(1)
    const position = this.#position
    this.#advance(8)
    return this.#view.getBigUint64(position, true)
  }

  double(): number {
    this.#expect(1)
    const position = this.#position
    this.#advance(8)
    return this.#view.getFloat64(position, true)
  }

  #expect(wireType: number): void {
    if (this.#wireType !== wireType) {
      throw new ProtobufError(`wire type ${this.#wireType} where ${wireType} was expected`)
    }
  }

  #lengthDelimited(): [start: number, end: number] {
    this.#expect(2)
    const length = this.#readVarint32()
    const start = this.#position
    this.#advance(length)
    return [start, this.#position]
  }

  #advance(length: number): void {
    if (length > this.#end - this.#position) throw new ProtobufError('the message is truncated')
    this.#position += length
  }

  #readByte(): number {
    if (this.#position >= this.#end) throw new ProtobufError('the message is truncated')
    return this.#bytes[this.#position++] ?? 0
  }

  #readVarint32(): number {
    let result = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#readByte()
      result |= (byte & 0x7f) << shift
      if (byte < 0x80) return result >>> 0
    }
    throw new ProtobufError('a varint is too long')
  }

  #readVarint64(): bigint {
    let result = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#readByte()
      result |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return result
    }
    throw new ProtobufError('a varint is too long')
  }
}

/** Raised when bytes are not the protobuf message they should be. */
export class ProtobufError extends Error {}

const textDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

/** Walks the fields of one protobuf message in place, without copying. */
export class ProtobufReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #end: number
  #position: number
  #wireType = 0

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
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
    else throw new ProtobufError(`wire type ${this.#wireType}`)
  }

  message(): ProtobufReader {
    const [start, end] = this.#lengthDelimited()
    return new ProtobufReader(this.#bytes, start, end)
  }

  string(): string {
    const [start, end] = this.#lengthDelimited()
    try {
      return textDecoder.decode(this.#bytes.subarray(start, end))
    } catch {
      throw new ProtobufError('a string is not UTF-8')
    }
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(...this.#lengthDelimited())
  }

  uint32(): number {
    this.#expect(0)
    return this.#readVarint32()
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

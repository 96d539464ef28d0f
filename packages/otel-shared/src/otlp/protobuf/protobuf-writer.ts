const textEncoder = new TextEncoder()

/** Appends protobuf fields to one growing buffer. Fields with their default value are omitted, except by `present…`. */
export class ProtobufWriter {
  #bytes = new Uint8Array(4096)
  #view = new DataView(this.#bytes.buffer)
  #length = 0

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length)
  }

  /** Writes a nested message, and then its length before it. If the length takes several bytes, the content is moved. */
  message(field: number, writeContent: () => void): void {
    this.#tag(field, 2)
    const lengthPosition = this.#length
    this.#reserve(1)
    this.#length++
    writeContent()
    const contentLength = this.#length - lengthPosition - 1
    const lengthBytes = varintLength(contentLength)
    if (lengthBytes > 1) {
      this.#reserve(lengthBytes)
      this.#bytes.copyWithin(lengthPosition + lengthBytes, lengthPosition + 1, this.#length)
    }
    this.#length = lengthPosition
    this.#varint(contentLength)
    this.#length += contentLength
  }

  string(field: number, value: string | undefined): void {
    if (value) this.presentString(field, value)
  }

  presentString(field: number, value: string): void {
    this.#bytesField(field, textEncoder.encode(value))
  }

  presentBase64(field: number, value: string): void {
    this.#bytesField(
      field,
      Uint8Array.from(atob(value), (character) => character.charCodeAt(0)),
    )
  }

  hex(field: number, hex: string | undefined): void {
    if (!hex) return
    this.#tag(field, 2)
    this.#varint(hex.length / 2)
    this.#reserve(hex.length / 2)
    for (let index = 0; index < hex.length; index += 2) {
      this.#bytes[this.#length++] = Number.parseInt(hex.slice(index, index + 2), 16)
    }
  }

  uint32(field: number, value: number | undefined): void {
    if (!value) return
    this.#tag(field, 0)
    this.#varint(value)
  }

  presentInt64(field: number, value: string | number | boolean): void {
    this.#tag(field, 0)
    let rest = BigInt.asUintN(64, BigInt(value))
    this.#reserve(10)
    while (rest > 0x7fn) {
      this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80
      rest >>= 7n
    }
    this.#bytes[this.#length++] = Number(rest)
  }

  presentDouble(field: number, value: number | string): void {
    this.#tag(field, 1)
    this.#reserve(8)
    this.#view.setFloat64(this.#length, Number(value), true)
    this.#length += 8
  }

  fixed32(field: number, value: number | undefined): void {
    if (!value) return
    this.#tag(field, 5)
    this.#reserve(4)
    this.#view.setUint32(this.#length, value, true)
    this.#length += 4
  }

  fixed64(field: number, value: string): void {
    this.#tag(field, 1)
    this.#reserve(8)
    this.#view.setBigUint64(this.#length, BigInt(value), true)
    this.#length += 8
  }

  #bytesField(field: number, bytes: Uint8Array): void {
    this.#tag(field, 2)
    this.#varint(bytes.length)
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  #tag(field: number, wireType: number): void {
    this.#varint((field << 3) | wireType)
  }

  #varint(value: number): void {
    this.#reserve(5)
    let rest = value
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.#bytes[this.#length++] = rest
  }

  #reserve(sizeBytes: number): void {
    const needed = this.#length + sizeBytes
    if (needed <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }
}

function varintLength(value: number): number {
  let length = 1
  for (let rest = value; rest > 0x7f; rest >>>= 7) length++
  return length
}

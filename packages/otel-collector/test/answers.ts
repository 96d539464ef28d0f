/** An error response of the OTLP receiver, in either encoding. */
export interface OtlpFailureAnswer {
  readonly httpStatus: number
  readonly contentType: string | null
  readonly code: unknown
  readonly message: unknown
}

/** Reads a `google.rpc.Status` in the encoding of the response. */
export async function readFailure(response: Response): Promise<OtlpFailureAnswer> {
  const contentType = response.headers.get('content-type')
  if (contentType === 'application/json') {
    const { code, message } = (await response.json()) as Record<string, unknown>
    return { httpStatus: response.status, contentType, code, message }
  }
  const fields = decodeFields(new Uint8Array(await response.arrayBuffer()))
  return { httpStatus: response.status, contentType, code: fields[1], message: text(fields[2]) }
}

/** Reads an `ExportTraceServiceResponse` in the encoding of the response; `undefined` if all spans were accepted. */
export async function readPartialSuccess(
  response: Response,
): Promise<{ rejectedSpans: unknown; errorMessage: unknown } | undefined> {
  if (response.headers.get('content-type') === 'application/json') {
    const { partialSuccess } = (await response.json()) as {
      partialSuccess?: { rejectedSpans: string; errorMessage: string }
    }
    return partialSuccess && { ...partialSuccess, rejectedSpans: Number(partialSuccess.rejectedSpans) }
  }
  const partial = decodeFields(new Uint8Array(await response.arrayBuffer()))[1]
  if (!(partial instanceof Uint8Array)) return undefined
  const fields = decodeFields(partial)
  return { rejectedSpans: fields[1], errorMessage: text(fields[2]) }
}

/** Reads varints and length-delimited fields by number, independently of the reader under test. */
function decodeFields(bytes: Uint8Array): Record<number, number | Uint8Array> {
  const fields: Record<number, number | Uint8Array> = {}
  let position = 0
  const varint = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[position++] ?? 0
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  while (position < bytes.length) {
    const tag = varint()
    const value = varint()
    const isBytes = (tag & 7) === 2
    fields[tag >> 3] = isBytes ? bytes.subarray(position, position + value) : value
    if (isBytes) position += value
  }
  return fields
}

function text(value: unknown): unknown {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : value
}

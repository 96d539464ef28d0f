/** Thrown for a body that is refused. Contains the status and the message of the response. */
export class BodyProblem extends Error {
  readonly status: 400 | 413 | 415

  constructor(status: 400 | 413 | 415, message: string) {
    super(message)
    this.status = status
  }
}

/**
 * Reads and decompresses the body of a request up to a size. Reading stops at that size, so that neither a large body nor a
 * small one that decompresses to gigabytes fills the isolate.
 *
 * @throws {BodyProblem} 413 when it is larger, 415 for an encoding other than gzip, 400 when it cannot be decompressed or read.
 */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = () => new BodyProblem(413, `the body has more than ${maxBytes} bytes`)
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge()
  const encoding = (request.headers.get('content-encoding') ?? 'identity').trim().toLowerCase()
  if (encoding !== 'identity' && encoding !== 'gzip') {
    throw new BodyProblem(415, `content-encoding ${encoding.slice(0, 40)} is not gzip`)
  }
  if (!request.body) return new Uint8Array(0)
  const stream =
    encoding === 'gzip' ? request.body.pipeThrough(new DecompressionStream('gzip')) : request.body
  const reader = stream.getReader()
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  try {
    for (;;) {
      const { done, value } = (await reader.read()) as { done: boolean; value?: Uint8Array }
      if (done || !value) break
      sizeBytes += value.length
      if (sizeBytes > maxBytes) throw tooLarge()
      chunks.push(value)
    }
  } catch (error) {
    reader.cancel().catch(() => {})
    if (error instanceof BodyProblem) throw error
    throw new BodyProblem(400, encoding === 'gzip' ? 'the body is not gzip' : 'the body cannot be read')
  }
  const bytes = new Uint8Array(sizeBytes)
  let position = 0
  for (const chunk of chunks) {
    bytes.set(chunk, position)
    position += chunk.length
  }
  return bytes
}

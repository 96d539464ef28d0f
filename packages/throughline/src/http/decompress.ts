import type { Transform } from 'node:stream'
import zlib from 'node:zlib'

/** A body can be encoded more than once. */
const MAX_ENCODINGS = 4

/**
 * Undoes `Content-Encoding`. As in browsers, a body that ends too early is decompressed as far as it goes, and `deflate` may lack
 * its header. A body that cannot be decompressed is left as it is.
 *
 * @param maxBytes where the decompressed body is cut.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-8.4
 */
export async function decompress(bytes: Buffer, encoding: string, maxBytes: number): Promise<Buffer> {
  const names = encoding.toLowerCase().split(',').slice(-MAX_ENCODINGS)
  let body = bytes
  for (const name of names.reverse()) {
    const decoder = createDecoder(name.trim(), body)
    if (decoder) body = await run(decoder, body, maxBytes)
  }
  return body
}

function createDecoder(name: string, body: Buffer): Transform | undefined {
  switch (name) {
    case 'gzip':
    case 'x-gzip':
      return zlib.createGunzip()
    case 'br':
      return zlib.createBrotliDecompress()
    case 'deflate':
      return hasZlibHeader(body) ? zlib.createInflate() : zlib.createInflateRaw()
    case 'zstd':
      // Node.js has it from 22.15 on.
      return zlib.createZstdDecompress?.()
    default:
      return undefined
  }
}

/** @see https://www.rfc-editor.org/rfc/rfc1950#section-2.2 */
function hasZlibHeader([method = 0, flags = 0]: Buffer): boolean {
  return (method & 0x0f) === 8 && ((method << 8) | flags) % 31 === 0
}

async function run(decoder: Transform, body: Buffer, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  try {
    decoder.end(body)
    for await (const chunk of decoder as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      sizeBytes += chunk.length
      // Leaving the loop destroys the decoder.
      if (sizeBytes >= maxBytes) break
    }
  } catch {
    // What was decompressed before the error is kept.
  }
  return chunks.length > 0 ? Buffer.concat(chunks).subarray(0, maxBytes) : body
}

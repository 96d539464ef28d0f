import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'

const gunzipAsync = promisify(gunzip)

/** OTLP receivers have no common limit; this one holds for a body as it is sent and again when it is unpacked. */
export const MAX_BODY_BYTES: number = 4 * 1024 * 1024

export type BodyResult =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly problem: 'too-large' | 'bad-gzip' | 'bad-encoding' | 'aborted' }

/** Reads a request's body and unpacks it if it is gzip, keeping at most `MAX_BODY_BYTES` of either in memory. */
export async function readBody(request: IncomingMessage): Promise<BodyResult> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (!['', 'identity', 'gzip', 'x-gzip'].includes(encoding)) return { ok: false, problem: 'bad-encoding' }
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
    return { ok: false, problem: 'too-large' }
  }
  const raw = await readRaw(request)
  if (typeof raw === 'string') return { ok: false, problem: raw }
  return encoding.endsWith('gzip') ? unpack(raw) : { ok: true, bytes: raw }
}

function readRaw(request: IncomingMessage): Promise<Uint8Array | 'too-large' | 'aborted'> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = []
    let sizeBytes = 0
    request.on('data', (chunk: Uint8Array) => {
      sizeBytes += chunk.length
      if (sizeBytes <= MAX_BODY_BYTES) chunks.push(chunk)
      else resolve('too-large')
    })
    request.on('end', () => resolve(Buffer.concat(chunks)))
    request.on('close', () => resolve('aborted'))
    request.on('error', () => resolve('aborted'))
  })
}

async function unpack(raw: Uint8Array): Promise<BodyResult> {
  try {
    return { ok: true, bytes: await gunzipAsync(raw, { maxOutputLength: MAX_BODY_BYTES }) }
  } catch (error) {
    const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    return { ok: false, problem: isTooLarge ? 'too-large' : 'bad-gzip' }
  }
}

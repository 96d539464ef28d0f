import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'

const gunzipAsync = promisify(gunzip)

/** Limit of a body, both as received and after decompression. The OTLP specification sets no limit. */
export const MAX_BODY_BYTES: number = 4 * 1024 * 1024

const SMALL_BYTES = 64 * 1024

/** Limits the total size of bodies in memory. */
export interface BodyBudget {
  /** Reserves `moreBytes` for a body of `sizeBytes` so far. Returns false when there is no room. */
  take(moreBytes: number, sizeBytes: number): boolean
  release(bytes: number): void
}

/**
 * Creates a budget. A body of at most 64 KiB is always admitted, but counts.
 *
 * @param maxBytes limit of all bodies together
 */
export function createBodyBudget(maxBytes: number): BodyBudget {
  let held = 0
  return {
    take(moreBytes, sizeBytes) {
      if (sizeBytes > SMALL_BYTES && held + moreBytes > maxBytes) return false
      held += moreBytes
      return true
    },
    release(bytes) {
      held -= bytes
    },
  }
}

type BodyProblem = 'too-large' | 'busy' | 'bad-gzip' | 'bad-encoding' | 'aborted'

export type BodyResult =
  | {
      readonly ok: true
      readonly bytes: Uint8Array
      /** To be called when the body is no longer needed. */
      release(): void
    }
  | { readonly ok: false; readonly problem: BodyProblem }

/** Reads the body of a request, and decompresses gzip. Holds at most `MAX_BODY_BYTES` of each form in memory. */
export async function readBody(request: IncomingMessage, budget: BodyBudget): Promise<BodyResult> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (!['', 'identity', 'gzip', 'x-gzip'].includes(encoding)) return { ok: false, problem: 'bad-encoding' }
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
    return { ok: false, problem: 'too-large' }
  }
  let held = 0
  const take = (bytes: number) => {
    const isTaken = budget.take(bytes, held + bytes)
    if (isTaken) held += bytes
    return isTaken
  }
  const release = () => {
    budget.release(held)
    held = 0
  }
  const raw = await readRaw(request, take)
  const read = typeof raw === 'string' ? raw : encoding.endsWith('gzip') ? await unpack(raw) : raw
  if (typeof read === 'string') {
    release()
    return { ok: false, problem: read }
  }
  if (read !== raw) {
    // The compressed body is no longer needed.
    release()
    if (!take(read.length)) return { ok: false, problem: 'busy' }
  }
  return { ok: true, bytes: read, release }
}

function readRaw(
  request: IncomingMessage,
  take: (bytes: number) => boolean,
): Promise<Uint8Array | BodyProblem> {
  return new Promise((resolve) => {
    let chunks: Uint8Array[] = []
    let sizeBytes = 0
    let isRefused = false
    const refuse = (problem: BodyProblem) => {
      isRefused = true
      chunks = []
      resolve(problem)
    }
    request.on('data', (chunk: Uint8Array) => {
      if (isRefused) return
      sizeBytes += chunk.length
      if (sizeBytes > MAX_BODY_BYTES) refuse('too-large')
      else if (!take(chunk.length)) refuse('busy')
      else chunks.push(chunk)
    })
    request.on('end', () => resolve(Buffer.concat(chunks)))
    request.on('close', () => resolve('aborted'))
    request.on('error', () => resolve('aborted'))
  })
}

async function unpack(raw: Uint8Array): Promise<Uint8Array | BodyProblem> {
  try {
    return await gunzipAsync(raw, { maxOutputLength: MAX_BODY_BYTES })
  } catch (error) {
    const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    return isTooLarge ? 'too-large' : 'bad-gzip'
  }
}

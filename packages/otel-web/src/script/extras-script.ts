import { rareSecrets } from '@throughline/otel-shared'
import { extras } from '../extras/index.ts'
import { readDocument } from '../platform/document.ts'
import type { ChunkScript } from './load-by-script.ts'

/** The exports of the extras chunk. */
export interface ExtrasChunk {
  readonly extras: typeof extras
  readonly redact: typeof rareSecrets.redact
}
/**
 * The entry point of the extras chunk as a script. It passes the chunk to the script that loaded it, by the function
 * that {@link loadByScript} has set on the script element.
 */
;(readDocument('currentScript') as ChunkScript<ExtrasChunk> | null)?.onChunk_?.({
  extras,
  redact: rareSecrets.redact,
})

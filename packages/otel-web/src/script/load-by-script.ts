import { createElement, readDocument } from '../platform/document.ts'

/** A script element that loads a chunk. The chunk calls `onChunk_` with its exports. */
export interface ChunkScript<Chunk> extends HTMLScriptElement {
  onChunk_?: (chunk: Chunk) => void
}

/**
 * Loads a chunk with a script element, since a strict content security policy forbids `import()`. Rejects if loading
 * fails.
 *
 * @param url a string, or a `TrustedScriptURL` in browsers with Trusted Types
 * @param like the script element whose nonce and `crossorigin` are used
 */
export function loadByScript<Chunk>(url: unknown, like: HTMLScriptElement, integrity = ''): Promise<Chunk> {
  return new Promise((resolve, reject) => {
    const element = createElement('script') as ChunkScript<Chunk>
    element.onChunk_ = resolve
    element.onerror = reject
    element.nonce = like.nonce
    element.crossOrigin = like.crossOrigin
    element.integrity = integrity
    // A `TrustedScriptURL` is not a string, but TypeScript's DOM types allow only strings here.
    element.src = url as string
    const parent = readDocument('head') ?? readDocument('documentElement')
    parent.append(element)
  })
}

import { readFileSync } from 'node:fs'
import { Refusal } from './refusal.ts'

const BYTE_ORDER_MARK = '\uFEFF'

/** A text of a file, without its byte order mark. */
export interface TextFile {
  readonly text: string
  readonly hasByteOrderMark: boolean
}

/** Reads a file. Throws a `Refusal` if it is not UTF-8: its other bytes would be lost when it is written. */
export function readTextFile(path: string, name: string): TextFile {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path))
    const hasByteOrderMark = text.startsWith(BYTE_ORDER_MARK)
    return { text: hasByteOrderMark ? text.slice(1) : text, hasByteOrderMark }
  } catch (error) {
    if (error instanceof TypeError) throw new Refusal(`${name} is not UTF-8. Convert it and run this again.`)
    throw error
  }
}

/** The text as it is written. */
export function encodeTextFile({ text, hasByteOrderMark }: TextFile): string {
  return hasByteOrderMark ? BYTE_ORDER_MARK + text : text
}

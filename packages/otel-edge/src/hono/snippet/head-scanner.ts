/** The construct at the scanner's position. */
type Construct = 'text' | 'comment' | 'bogus comment' | 'tag'

export interface ScanResult {
  /** The number of processed bytes. The caller passes the others again, followed by the next bytes. */
  readonly settled: number
  /** The head starts after the processed bytes. */
  readonly isHead: boolean
}

/**
 * Finds the start of the head in the bytes of an HTML document. It is after `<head>` or, without that tag, where a parser opens
 * the head: before the first other tag or text. A document that starts with neither a doctype nor `<html>`, `<head>` or
 * `<body>` counts as a fragment, which has no head.
 *
 * It implements the tokenizer and the first insertion modes of the HTML standard, for encodings that are compatible with
 * ASCII. Between calls it keeps only its state and no bytes.
 *
 * @see https://html.spec.whatwg.org/multipage/parsing.html#tokenization
 */
export class HeadScanner {
  /** Whether the scan has ended. */
  isOver = false
  #construct: Construct = 'text'
  #isAtStart = true
  #isPage = false
  #isHeadTag = false
  #comment: CommentState = 'start'
  #attribute: AttributeState = 'before name'

  scan(bytes: Uint8Array): ScanResult {
    let index = 0
    if (this.#isAtStart) {
      const start = skipByteOrderMark(bytes)
      if (start === undefined) return { settled: 0, isHead: false }
      this.#isAtStart = false
      index = start
    }
    while (index < bytes.length) {
      const byte = bytes[index] ?? 0
      if (this.#construct === 'comment') {
        if (this.#comment === 'text') index = indexOrEnd(bytes, DASH, index)
        const next = index < bytes.length ? nextCommentState(this.#comment, bytes[index] ?? 0) : this.#comment
        index++
        if (next === 'end') this.#construct = 'text'
        else this.#comment = next
      } else if (this.#construct === 'bogus comment') {
        index = indexOrEnd(bytes, GREATER, index) + 1
        if (index <= bytes.length) this.#construct = 'text'
      } else if (this.#construct === 'tag') {
        const quote = QUOTES[this.#attribute]
        if (quote) index = indexOrEnd(bytes, quote, index)
        const next =
          index < bytes.length ? nextAttributeState(this.#attribute, bytes[index] ?? 0) : this.#attribute
        index++
        if (next !== 'end') this.#attribute = next
        else if (this.#isHeadTag) return this.#end(index, true)
        else this.#construct = 'text'
      } else if (isSpace(byte)) {
        index++
      } else {
        const length = this.#enter(bytes.subarray(index, index + LONGEST_START))
        if (length === undefined) return { settled: index, isHead: false }
        if (length === 0) return this.#end(index, this.#isPage)
        index += length
      }
    }
    return { settled: bytes.length, isHead: false }
  }

  /** The length of the start of a construct; 0 if it opens the head, `undefined` if more bytes are needed. */
  #enter(start: Uint8Array): number | undefined {
    const text = String.fromCharCode(...start).toLowerCase()
    const isWhole = text.length === LONGEST_START
    if (!text.startsWith('<')) return 0
    if (text.startsWith('<!--')) return this.#open('comment', 4)
    if (text.startsWith('<!doctype')) {
      this.#isPage = true
      return this.#open('bogus comment', 9)
    }
    const tag = /^<(\/?)([a-z][^\t\n\f\r />]*)([\t\n\f\r />]?)/.exec(text)
    if (!tag) {
      if (!isWhole && ['<!--', '<!doctype', '</'].some((known) => known.startsWith(text))) return undefined
      // `</>` is ignored. `<!`, `<?` and `</` followed by anything else start a comment up to the next `>`.
      return /^<[!?/]/.test(text) ? this.#open('bogus comment', 2) : 0
    }
    const [, slash = '', name = '', end] = tag
    if (!end && !isWhole) return undefined
    // The terminator belongs to the attributes.
    const length = 1 + slash.length + name.length
    if (slash) return OPENS_BY_END.has(name) ? 0 : this.#openTag(length)
    if (name === 'html' || name === 'head' || name === 'body') this.#isPage = true
    if (name === 'html') return this.#openTag(length)
    if (name !== 'head') return 0
    this.#isHeadTag = true
    return this.#openTag(length)
  }

  #openTag(length: number): number {
    this.#attribute = 'before name'
    return this.#open('tag', length)
  }

  #open(construct: Construct, length: number): number {
    this.#construct = construct
    this.#comment = 'start'
    return length
  }

  #end(settled: number, isHead: boolean): ScanResult {
    this.isOver = true
    return { settled, isHead }
  }
}

const GREATER = 0x3e
const DASH = 0x2d
const QUOTES: Readonly<Record<string, number>> = { '"': 0x22, "'": 0x27 }

function indexOrEnd(bytes: Uint8Array, byte: number, from: number): number {
  const index = bytes.indexOf(byte, from)
  return index < 0 ? bytes.length : index
}

/** The length of `<!doctype`, the longest text that `#enter` compares. */
const LONGEST_START = 9
/** End tags that open a head. Parsers ignore the others. */
const OPENS_BY_END: ReadonlySet<string> = new Set(['head', 'body', 'html', 'br'])

const isSpace = (byte: number) =>
  byte === 0x20 || byte === 0x0a || byte === 0x09 || byte === 0x0d || byte === 0x0c

/** The start of the text; `undefined` if more bytes are needed. */
function skipByteOrderMark(bytes: Uint8Array): number | undefined {
  const mark = [0xef, 0xbb, 0xbf]
  const length = mark.findIndex((byte, index) => bytes[index] !== byte)
  if (length < 0) return mark.length
  return length > 0 && length === bytes.length ? undefined : 0
}

/** https://html.spec.whatwg.org/multipage/parsing.html#comment-start-state */
type CommentState = 'start' | 'start dash' | 'text' | 'dash' | 'dashes' | 'bang'

function nextCommentState(state: CommentState, byte: number): CommentState | 'end' {
  const isDash = byte === DASH
  if (byte === GREATER && state !== 'text' && state !== 'dash') return 'end'
  if (state === 'start') return isDash ? 'start dash' : 'text'
  if (state === 'dashes') return isDash ? 'dashes' : byte === 0x21 ? 'bang' : 'text'
  if (!isDash) return 'text'
  return state === 'dash' || state === 'start dash' ? 'dashes' : 'dash'
}

/** https://html.spec.whatwg.org/multipage/parsing.html#before-attribute-name-state */
type AttributeState = 'before name' | 'name' | 'after name' | 'before value' | 'value' | '"' | "'"

function nextAttributeState(state: AttributeState, byte: number): AttributeState | 'end' {
  if (QUOTES[state]) return byte === QUOTES[state] ? 'before name' : state
  if (byte === GREATER) return 'end'
  if (isSpace(byte)) return state === 'name' ? 'after name' : state === 'value' ? 'before name' : state
  if (state === 'before value') return byte === QUOTES['"'] ? '"' : byte === QUOTES["'"] ? "'" : 'value'
  if (state === 'value') return 'value'
  if (byte === 0x2f) return 'before name'
  return byte === 0x3d && state !== 'before name' ? 'before value' : 'name'
}

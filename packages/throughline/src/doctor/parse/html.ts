/** A start tag with its attributes. Names are lower-case; the first of two attributes with one name counts. */
export interface Tag {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  /** The text up to the end tag of a `script` and of other elements whose content is not read as tags. */
  readonly text: string
}

/**
 * Elements whose content is not read as tags. It is text, also that of `noscript`, since browsers run scripts.
 */
const TEXT_ELEMENT = /^(?:script|style|textarea|title|noscript|noframes|iframe|xmp)$/
/** The white space of HTML, which is less than that of JavaScript. */
const SPACE = /[\t\n\f\r ]/

/**
 * The start tags of an HTML document in order, outside of comments, of elements that contain text, and of `template`, whose
 * content is not part of the page. A tag that does not end is none.
 *
 * @see https://html.spec.whatwg.org/multipage/parsing.html#tokenization
 */
export function readTags(document: string): Tag[] {
  // The hash of an inline script is that of its text with these line ends.
  const html = document.replace(/\r\n?/g, '\n')
  const tags: Tag[] = []
  let templates = 0
  let index = 0
  for (;;) {
    index = html.indexOf('<', index)
    if (index < 0) return tags
    const isEndTag = html[index + 1] === '/'
    const nameStart = isEndTag ? index + 2 : index + 1
    if (html.startsWith('<!--', index)) {
      index = endOfComment(html, index)
    } else if (/[a-z]/i.test(html[nameStart] ?? '')) {
      const { name, attributes, end } = readTag(html, nameStart)
      if (end > html.length) return tags
      if (name === 'template') templates = Math.max(0, templates + (isEndTag ? -1 : 1))
      const textEnd = !isEndTag && TEXT_ELEMENT.test(name) ? endOfText(html, name, end) : end
      const isInPage = templates === 0 || (name === 'template' && templates === 1)
      if (!isEndTag && isInPage) tags.push({ name, attributes, text: html.slice(end, textEnd) })
      index = textEnd
    } else {
      index = /[!?/]/.test(html[index + 1] ?? '') ? after(html, '>', index + 1) : index + 1
    }
  }
}

interface ReadTag extends Omit<Tag, 'text'> {
  /** The index after `>`. */
  readonly end: number
}

function readTag(html: string, start: number): ReadTag {
  const nameEnd = skipTo(html, start, /[\t\n\f\r />]/y)
  const name = html.slice(start, nameEnd).toLowerCase()
  const attributes = new Map<string, string>()
  let index = nameEnd
  for (;;) {
    while (/[\t\n\f\r /]/.test(html[index] ?? '')) index++
    if (index >= html.length || html[index] === '>') return { name, attributes, end: index + 1 }
    const attribute = readAttribute(html, index)
    if (!attributes.has(attribute.name)) attributes.set(attribute.name, decodeReferences(attribute.value))
    index = attribute.end
  }
}

function readAttribute(html: string, start: number): { name: string; value: string; end: number } {
  const nameEnd = skipTo(html, start + 1, /[\t\n\f\r />=]/y)
  const name = html.slice(start, nameEnd).toLowerCase()
  let index = nameEnd
  while (SPACE.test(html[index] ?? '')) index++
  if (html[index] !== '=') return { name, value: '', end: nameEnd }
  index++
  while (SPACE.test(html[index] ?? '')) index++
  const quote = html[index]
  if (quote === '"' || quote === "'") {
    const found = html.indexOf(quote, index + 1)
    const end = found < 0 ? html.length : found
    return { name, value: html.slice(index + 1, end), end: end + 1 }
  }
  const end = skipTo(html, index, /[\t\n\f\r >]/y)
  return { name, value: html.slice(index, end), end }
}

/** The first index from `start` on at which `pattern`, which is sticky, matches. */
function skipTo(html: string, start: number, pattern: RegExp): number {
  let index = start
  for (; index < html.length; index++) {
    pattern.lastIndex = index
    if (pattern.test(html)) break
  }
  return index
}

/** The index of the end tag of an element that contains text. */
function endOfText(html: string, name: string, start: number): number {
  const pattern = new RegExp(`<!--|-->|<(/?)${name}(?=[\\t\\n\\f\\r />])`, 'gi')
  pattern.lastIndex = start
  let comment: 'none' | 'open' | 'with a script' = 'none'
  for (let found = pattern.exec(html); found; found = pattern.exec(html)) {
    const [text, slash] = found
    if (slash === '/' && comment !== 'with a script') return found.index
    // In a comment of a script, the tags of another script are text.
    if (name !== 'script') continue
    if (text === '-->') comment = 'none'
    else if (text === '<!--') {
      if (comment === 'none') comment = 'open'
      // `<!-->` is a whole comment.
      pattern.lastIndex -= 2
    } else if (comment !== 'none') comment = slash === '/' ? 'open' : 'with a script'
  }
  return html.length
}

/** The index after a comment, which `-->` or `--!>` ends; `<!-->` and `<!--->` are comments. */
function endOfComment(html: string, start: number): number {
  const pattern = /--!?>/g
  pattern.lastIndex = start + 2
  let found = pattern.exec(html)
  if (found?.[0] === '--!>' && found.index < start + 4) {
    pattern.lastIndex = start + 4
    found = pattern.exec(html)
  }
  return found ? pattern.lastIndex : html.length
}

function after(html: string, text: string, start: number): number {
  const found = html.indexOf(text, start)
  return found < 0 ? html.length : found + text.length
}

const REFERENCES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  AMP: '&',
  LT: '<',
  GT: '>',
  QUOT: '"',
}

/** The character references that generators write in attributes. Those by number may lack their semicolon. */
function decodeReferences(text: string): string {
  return text.replace(/&(?:#x([\da-f]+);?|#(\d+);?|(amp|lt|gt|quot|apos);)/gi, (all, hex, decimal, name) => {
    if (name) return REFERENCES[String(name)] ?? all
    return characterOf(hex ? Number.parseInt(hex, 16) : Number(decimal))
  })
}

/** Codes that are no characters become U+FFFD. */
function characterOf(code: number): string {
  const isCharacter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
  return String.fromCodePoint(isCharacter ? code : 0xfffd)
}

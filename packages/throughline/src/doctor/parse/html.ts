/** A start tag with its attributes. Names are lower-case; the first of two attributes with one name counts. */
export interface Tag {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  /** The text up to the end tag of a `script` and of other elements whose content is not read as tags. */
  readonly text: string
}

/**
 * Elements whose content is not read as tags. It is text, also that of `noscript`, since browsers run scripts. That of `template`
 * is not part of the page.
 */
const TEXT_ELEMENTS = 'script|style|textarea|title|noscript|noframes|iframe|xmp|template'
const TEXT_ELEMENT = new RegExp(`^(?:${TEXT_ELEMENTS})$`)

/**
 * The start tags of an HTML document in order, outside of comments and of elements that contain text.
 *
 * @see https://html.spec.whatwg.org/multipage/parsing.html#tokenization
 */
export function readTags(html: string): Tag[] {
  const tags: Tag[] = []
  let index = 0
  for (;;) {
    index = html.indexOf('<', index)
    if (index < 0) return tags
    if (html.startsWith('<!--', index)) {
      index = after(html, '-->', index + 2)
    } else if (/[!?/]/.test(html[index + 1] ?? '')) {
      index = after(html, '>', index)
    } else if (/[a-z]/i.test(html[index + 1] ?? '')) {
      const { name, attributes, end } = readTag(html, index + 1)
      const textEnd = TEXT_ELEMENT.test(name) ? findEndTag(html, name, end) : end
      tags.push({ name, attributes, text: html.slice(end, textEnd) })
      index = textEnd
    } else {
      index++
    }
  }
}

interface ReadTag extends Omit<Tag, 'text'> {
  /** The index after `>`. */
  readonly end: number
}

function readTag(html: string, start: number): ReadTag {
  const nameEnd = skipTo(html, start, /[\s/>]/y)
  const name = html.slice(start, nameEnd).toLowerCase()
  const attributes = new Map<string, string>()
  let index = nameEnd
  for (;;) {
    while (/[\s/]/.test(html[index] ?? '')) index++
    if (index >= html.length || html[index] === '>') return { name, attributes, end: index + 1 }
    const attribute = readAttribute(html, index)
    if (!attributes.has(attribute.name)) attributes.set(attribute.name, decodeReferences(attribute.value))
    index = attribute.end
  }
}

function readAttribute(html: string, start: number): { name: string; value: string; end: number } {
  const nameEnd = skipTo(html, start + 1, /[\s/>=]/y)
  const name = html.slice(start, nameEnd).toLowerCase()
  let index = nameEnd
  while (/\s/.test(html[index] ?? '')) index++
  if (html[index] !== '=') return { name, value: '', end: nameEnd }
  index++
  while (/\s/.test(html[index] ?? '')) index++
  const quote = html[index]
  if (quote === '"' || quote === "'") {
    const found = html.indexOf(quote, index + 1)
    const end = found < 0 ? html.length : found
    return { name, value: html.slice(index + 1, end), end: end + 1 }
  }
  const end = skipTo(html, index, /[\s>]/y)
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

function findEndTag(html: string, name: string, start: number): number {
  const pattern = new RegExp(`</${name}(?=[\\s/>])`, 'gi')
  pattern.lastIndex = start
  return pattern.exec(html)?.index ?? html.length
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
}

/** The character references that generators write in attributes. */
function decodeReferences(text: string): string {
  return text.replace(
    /&(?:#x([\da-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi,
    (all, hex, decimal, name) => {
      if (name) return REFERENCES[String(name).toLowerCase()] ?? all
      const code = hex ? Number.parseInt(hex, 16) : Number(decimal)
      return code <= 0x10ffff ? String.fromCodePoint(code) : all
    },
  )
}

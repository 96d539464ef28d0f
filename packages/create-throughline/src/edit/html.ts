import { type DefaultTreeAdapterMap, parse } from 'parse5'
import { indentUnitOf, lineIndentAt, newlineOf } from './text.ts'

type Element = DefaultTreeAdapterMap['element']

/** An element of a page, with its place in the text. */
export interface PageElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  /** The offsets of its start tag. */
  readonly start: number
  readonly end: number
  /** The offset after the end tag. */
  readonly outerEnd: number
}

/** The elements of a page whose tags are in its text, in the order of the text. The parser adds others. */
export function findElements(text: string): PageElement[] {
  const found: PageElement[] = []
  const visit = (node: DefaultTreeAdapterMap['node']) => {
    const { sourceCodeLocation: place } = node
    if ('attrs' in node && place) found.push(toPageElement(node, place))
    if ('childNodes' in node) node.childNodes.forEach(visit)
  }
  visit(parse(text, { sourceCodeLocationInfo: true }))
  return found.sort((a, b) => a.start - b.start)
}

function toPageElement(node: Element, place: NonNullable<Element['sourceCodeLocation']>): PageElement {
  const { startOffset, endOffset } = place.startTag ?? place
  return {
    name: node.tagName,
    attributes: Object.fromEntries(node.attrs.map(({ name, value }) => [name, value])),
    start: startOffset,
    end: endOffset,
    outerEnd: place.endOffset,
  }
}

/**
 * Inserts a tag at the start of the head, or after the `<meta charset>` with which the head starts. In a page without a `<head>` tag it is
 * inserted before the first element of the page. Returns `undefined` for a fragment: a text with neither a doctype nor
 * `<html>`, `<head>` or `<body>`.
 */
export function insertInHead(text: string, tag: string): string | undefined {
  const elements = findElements(text)
  const isPage = elements.some(({ name }) => /^(?:html|head|body)$/.test(name)) || /<!doctype/i.test(text)
  if (!isPage) return undefined
  const head = elements.find(({ name }) => name === 'head')
  const inner = elements.filter(({ name }) => name !== 'html' && name !== 'head')
  const [first] = inner
  const newline = newlineOf(text)
  if (first?.name === 'meta' && 'charset' in first.attributes)
    return insertLineAfter(text, first.end, lineIndentAt(text, first.start) + tag)
  if (!head && first) {
    const indent = lineIndentAt(text, first.start)
    return text.slice(0, first.start) + tag + newline + indent + text.slice(first.start)
  }
  if (!head) return undefined
  const indent =
    first && lineIndentAt(text, first.start).length > lineIndentAt(text, head.start).length
      ? lineIndentAt(text, first.start)
      : lineIndentAt(text, head.start) + indentUnitOf(text)
  return insertLineAfter(text, head.end, indent + tag)
}

function insertLineAfter(text: string, offset: number, line: string): string {
  return text.slice(0, offset) + newlineOf(text) + line + text.slice(offset)
}

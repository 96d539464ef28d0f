/**
 * Reads a property of the document even if an element shadows it: `<img name=head>` hides `document.head`.
 *
 * @see https://html.spec.whatwg.org/multipage/dom.html#dom-document-nameditem
 */
export function readDocument<K extends keyof Document>(name: K): Document[K] {
  return Reflect.get(Document.prototype, name, document) as Document[K]
}

/** Creates an element even if another element shadows `document.createElement`. */
export function createElement<K extends keyof HTMLElementTagNameMap>(name: K): HTMLElementTagNameMap[K] {
  return Reflect.apply(readDocument('createElement'), document, [name]) as HTMLElementTagNameMap[K]
}

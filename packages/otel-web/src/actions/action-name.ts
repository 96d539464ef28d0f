import { redactText, truncate } from '@throughline/otel-shared'

const MAX_LENGTH = 40
const MAX_NODES = 100
const INTERACTIVE =
  'button,a,input,select,textarea,label,summary,[role]:not([role=presentation],[role=none]),[aria-label],[aria-labelledby],[onclick],[data-testid],[data-test],[data-cy],[tabindex]:not([tabindex^="-"])'
/** Editors: the text and the attributes inside these elements were typed by the user. */
const EDITOR = `:is([contenteditable]:not([contenteditable="false" i]),.xterm,.monaco-editor,.ace_editor,${[
  'textbox',
  'searchbox',
  'combobox',
  'spinbutton',
  'code',
  'terminal',
].map((role) => `[role~=${role} i]`)})`
/** Elements whose content is not part of a name: it was typed or chosen by the user, or it is not rendered as text. */
const NO_CONTENT = `input,select,textarea,datalist,script,style,template,noscript,desc,metadata,${EDITOR}`
const TEST_IDS = ['data-testid', 'data-test', 'data-cy']
/** The child element that names an element of the given kind. */
const NAMED_BY: Readonly<Record<string, string>> = {
  svg: 'title',
  fieldset: 'legend',
  figure: 'figcaption',
  table: 'caption',
}

const SHOWN: Style = { isHidden: false, isInline: true }

/** State of the accessible name computation for one node. */
interface Walk {
  /** True for the element to be named. Its `<label>` elements count only for it. */
  readonly isTarget?: boolean
  /** True for a node that `aria-labelledby` or a naming element refers to. Such references are followed only once. */
  readonly isReferenced?: boolean
  /** True below a hidden node that `aria-labelledby` refers to: hidden text counts there. */
  readonly showsHidden?: boolean
  readonly nodes: { left: number }
}

/**
 * Returns the name of an event's target: `Buy` for a button with that text. The name is the `data-action-name` of the
 * element or of an ancestor, otherwise the accessible name of the nearest interactive ancestor. It is computed on the
 * flat tree, without text that the user typed or chose.
 *
 * @returns the name in at most 40 characters, with secrets redacted; the tag name when there is no name
 * @see https://www.w3.org/TR/accname-1.2/#computation-steps
 * @see https://www.w3.org/TR/html-aam-1.0/#accessible-name-computations-by-html-element
 */
export function nameElement(target: EventTarget | null | undefined): string {
  if (!(target instanceof Element)) return 'page'
  let element: Element | undefined
  let name: string | null = null
  for (let each: Element | undefined = target; each; each = flatParent(each)) {
    // Everything inside an editor was typed by the user, attributes included.
    if (matches(each, EDITOR)) {
      element = each
      name = null
    }
    name ||= attribute(each, 'data-action-name')
    // The interactive element of an option is its list, which is found later in this loop. A submitted form names
    // itself: an interactive element around it does not.
    if (!element && matches(each, INTERACTIVE) && !(target instanceof HTMLFormElement)) element = each
  }
  element ??= target
  const label =
    name ||
    accessibleName(element, { isTarget: true, nodes: { left: MAX_NODES } }).trim() ||
    attribute(element, 'title') ||
    attribute(element, 'placeholder') ||
    TEST_IDS.map((id) => attribute(element, id)).find(Boolean) ||
    attribute(element, 'name') ||
    (element instanceof HTMLFormElement && attribute(element, 'id')) ||
    read(element, 'localName')
  return shorten(redactText(label.replace(/\s+/g, ' ').trim()))
}

function accessibleName(node: Node, walk: Walk): string {
  if (node instanceof Text) return node.data.slice(0, 200)
  if (!(node instanceof Element) || walk.nodes.left-- <= 0) return ''
  const { isTarget, isReferenced, nodes } = walk
  // A style that has changed, such as that of a pressed button, is computed when it is read, so it is read only where it
  // counts: the target has a name when it is hidden, too.
  const { isHidden, isInline } = isTarget ? SHOWN : styleOf(node)
  if (isHidden && !isReferenced && !walk.showsHidden) return ''
  const inner = { nodes, showsHidden: walk.showsHidden || (isReferenced && isHidden) || false }
  const name =
    (!isReferenced && labelledBy(node, nodes)) ||
    attribute(node, 'aria-label')?.trim() ||
    nativeName(node, walk) ||
    (!matches(node, NO_CONTENT) && (!isTarget || matches(node, INTERACTIVE))
      ? flatChildren(node)
          .map((child) => accessibleName(child, inner))
          .join('')
      : '')
  const text = name.trim() || isTarget ? name : (attribute(node, 'title') ?? '')
  return isInline ? text : ` ${text} `
}

function labelledBy(element: Element, nodes: Walk['nodes']): string {
  const ids = attribute(element, 'aria-labelledby')?.match(/\S+/g)
  if (!ids) return ''
  const root: Node = read(element, 'getRootNode').call(element)
  const byId = root instanceof Document ? Document.prototype : DocumentFragment.prototype
  return ids
    .map((id) => {
      // The root of a detached element is an element, which has no `getElementById`.
      const labelling = root instanceof Element ? null : byId.getElementById.call(root as Document, id)
      return labelling && !isTyped(labelling) ? accessibleName(labelling, { isReferenced: true, nodes }) : ''
    })
    .join(' ')
    .trim()
}

/** The name that HTML or SVG gives an element apart from its content. */
function nativeName(element: Element, { isTarget, nodes }: Walk): string {
  const tag = read(element, 'localName')
  const type = tag === 'input' ? (attribute(element, 'type') ?? '').toLowerCase() : ''
  if (['button', 'submit', 'reset'].includes(type)) return attribute(element, 'value') || type
  if (type === 'image' || tag === 'img' || tag === 'area') return attribute(element, 'alt') ?? ''
  const labels = isTarget ? (element as Partial<HTMLInputElement>).labels : undefined
  const naming = labels instanceof NodeList ? [...labels] : []
  const selector = NAMED_BY[tag]
  for (const child of selector ? read(element, 'children') : []) {
    if (matches(child, selector ?? '')) naming.push(child as HTMLLabelElement)
  }
  return naming
    .map((label) => accessibleName(label, { isReferenced: true, nodes }))
    .join(' ')
    .trim()
}

function isTyped(element: Element): boolean {
  for (let each: Element | undefined = element; each; each = flatParent(each)) {
    if (matches(each, EDITOR)) return true
  }
  return false
}

interface Style {
  /** The element itself is hidden. */
  readonly isHidden: boolean
  readonly isInline: boolean
}

function styleOf(element: Element): Style {
  const isMarked = attribute(element, 'aria-hidden') === 'true'
  // A detached element has no computed style.
  if (!read(element, 'isConnected')) {
    return { isHidden: isMarked || attribute(element, 'hidden') !== null, isInline: true }
  }
  const { display, visibility } = getComputedStyle(element)
  // SVG does not render `<title>`, but uses it as the name.
  const isTitle = read(element, 'localName') === 'title'
  return {
    isHidden: isMarked || (!isTitle && (display === 'none' || visibility !== 'visible')),
    isInline: display === 'inline' || display === 'contents',
  }
}

function flatParent(element: Element): Element | undefined {
  const slot = read(element, 'assignedSlot')
  if (slot) return slot
  const parent = read(element, 'parentNode')
  if (parent instanceof ShadowRoot) return parent.host
  return parent instanceof Element ? parent : undefined
}

function flatChildren(element: Element): Node[] {
  const assigned = element instanceof HTMLSlotElement ? element.assignedNodes({ flatten: true }) : []
  return assigned.length > 0
    ? assigned
    : [...(read(element, 'shadowRoot')?.childNodes ?? read(element, 'childNodes'))]
}

/** Reads with the getter of the platform: an `<input name=childNodes>` shadows the property of its form. */
function read<K extends keyof Element>(element: Element, key: K): Element[K] {
  return Reflect.get(Element.prototype, key, element)
}

export function matches(element: Element, selector: string): boolean {
  return Element.prototype.matches.call(element, selector)
}

function attribute(element: Element, name: string): string | null {
  return Element.prototype.getAttribute.call(element, name)
}

function shorten(label: string): string {
  return label.length <= MAX_LENGTH
    ? truncate(label, MAX_LENGTH)
    : `${truncate(label, MAX_LENGTH - 1).trimEnd()}…`
}

import { redactText } from '@throughline/otel-shared'

const MAX_LENGTH = 40
const MAX_NODES = 60
const INTERACTIVE =
  'button,a,input,select,textarea,label,summary,option,[role]:not([role=presentation]),[aria-label],[onclick],[data-testid],[data-test],[data-cy],[tabindex]:not([tabindex^="-"])'
/** Inputs whose value is their label; every other value was typed or chosen by somebody. */
const LABELLED_BY_VALUE = ['button', 'submit', 'reset']
/** What somebody types stands in these, and in all within them, as if it were the page's own. */
const EDITOR = ':is([contenteditable]:not([contenteditable="false"]),[role=textbox],[role=code])'
const TEST_IDS = ['data-testid', 'data-test', 'data-cy']

/**
 * The name a person would give to what an event was aimed at: `Buy` for a button that says so. Never what was typed.
 *
 * @returns the label in at most 40 characters, secrets taken out; the tag's name when there is nothing else.
 */
export function nameElement(target: EventTarget | null | undefined): string {
  if (!(target instanceof Element)) return 'page'
  // A form is itself what was submitted; what it stands in says nothing about it.
  const element =
    closestAcrossShadows(target, `${EDITOR}:not(${EDITOR} *)`) ??
    (target instanceof HTMLFormElement ? undefined : closestAcrossShadows(target, INTERACTIVE)) ??
    target
  const labelled = (attribute: string) =>
    element.querySelector(`[${attribute}]:not(${EDITOR} *)`)?.getAttribute(attribute)
  const label =
    element.getAttribute('data-action-name') ||
    element.getAttribute('aria-label') ||
    labelledBy(element) ||
    ownLabel(element) ||
    visibleText(element) ||
    labelled('alt') ||
    labelled('aria-label') ||
    element.getAttribute('title') ||
    testId(element) ||
    element.getAttribute('name') ||
    element.tagName.toLowerCase()
  return shorten(redactText(label.replace(/\s+/g, ' ').trim()))
}

function closestAcrossShadows(start: Element, selector: string): Element | undefined {
  for (let element: Element | undefined = start; element; ) {
    const found: Element | null = element.closest(selector)
    if (found) return found
    const root: Node = element.getRootNode()
    element = root instanceof ShadowRoot ? root.host : undefined
  }
  return undefined
}

function labelledBy(element: Element): string | undefined {
  const ids = element.getAttribute('aria-labelledby')?.split(/\s+/) ?? []
  return ids.map((id) => textOf(element.ownerDocument.getElementById(id))).join(' ')
}

function ownLabel(element: Element): string | undefined {
  if (element instanceof HTMLInputElement && LABELLED_BY_VALUE.includes(element.type)) {
    return element.value || element.type
  }
  if (
    element instanceof HTMLInputElement ||
    element instanceof HTMLSelectElement ||
    element instanceof HTMLTextAreaElement
  ) {
    return (
      textOf(element.labels?.[0]) || element.getAttribute('placeholder') || testId(element) || element.name
    )
  }
  if (element instanceof HTMLFormElement) {
    return testId(element) || element.getAttribute('name') || element.id || 'form'
  }
  return undefined
}

/** A container's text says nothing about the click; that of a control does. */
function visibleText(element: Element): string | undefined {
  return element.matches(INTERACTIVE) ? textOf(element) : undefined
}

function textOf(element: Element | null | undefined): string {
  if (!element || (element as HTMLElement).isContentEditable || element.closest(EDITOR)) return ''
  const typed = `input,textarea,select,script,style,${EDITOR}`
  const walker = element.ownerDocument.createTreeWalker(
    element,
    NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT,
    (node) =>
      node instanceof Element && node.matches(typed) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  )
  if (element.matches(typed)) return ''
  let text = ''
  for (let count = 0; count < MAX_NODES && text.length <= MAX_LENGTH && walker.nextNode(); count++) {
    if (walker.currentNode instanceof Text) text += ` ${walker.currentNode.data.slice(0, 200)}`
    text = text.trim()
  }
  return text
}

function testId(element: Element): string | undefined {
  for (const attribute of TEST_IDS) {
    const value = element.getAttribute(attribute)
    if (value) return value
  }
  return undefined
}

function shorten(label: string): string {
  return label.length <= MAX_LENGTH ? label : `${label.slice(0, MAX_LENGTH - 1).trimEnd()}…`
}

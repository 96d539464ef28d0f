import type { HandOver } from '../loader/hand-over.ts'
import type { Extras } from './index.ts'

/** The element that fetches the chunk, with the function that waits for it. */
export interface ExtrasScript extends HTMLScriptElement {
  onExtras_?: (extras: Extras) => void
}

/**
 * Fetches the chunk by a script element: a strict content security policy refuses `import()`. Rejects when it cannot
 * be had.
 *
 * @param like the element whose nonce and `crossorigin` hold for this one, too
 * @param policy of Trusted Types; where there are none, the loader's handle answers with a function
 */
export function loadByScript(
  url: string,
  like: HTMLScriptElement,
  integrity = '',
  policy?: Partial<NonNullable<HandOver['policy_']>>,
): Promise<Extras> {
  return new Promise((resolve, reject) => {
    const element: ExtrasScript = document.createElement('script')
    element.onExtras_ = resolve
    element.onerror = reject
    element.nonce = like.nonce
    element.crossOrigin = like.crossOrigin
    element.integrity = integrity
    // The policy's URL is no string, which the element's type does not know.
    element.src = (policy?.createScriptURL?.(url) ?? url) as string
    document.head.append(element)
  })
}

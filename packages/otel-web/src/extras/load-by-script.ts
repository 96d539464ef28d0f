import type { Extras } from './index.ts'

/** The element that fetches the chunk, with the function that waits for it. */
export interface ExtrasScript extends HTMLScriptElement {
  onExtras_?: (extras: Extras) => void
}

/** A policy of Trusted Types, as far as it is needed. */
export interface ScriptUrlPolicy {
  createScriptURL(url: string): unknown
}

/**
 * Fetches the chunk by a script element: a strict content security policy refuses `import()`. Rejects when it cannot
 * be had.
 */
export function loadByScript(
  url: string,
  nonce: string,
  policy: ScriptUrlPolicy | undefined,
): Promise<Extras> {
  return new Promise((resolve, reject) => {
    const element: ExtrasScript = document.createElement('script')
    element.onExtras_ = resolve
    element.onerror = reject
    element.nonce = nonce
    // The policy's URL is no string, which the element's type does not know.
    element.src = (policy?.createScriptURL(url) ?? url) as string
    document.head.append(element)
  })
}

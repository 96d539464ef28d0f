/** The common form of all products' formats, with the data to find the span of a request and its action. */
export interface SeenSpan {
  /** 16 lower-case hex digits if the product has such ids, otherwise its id of an action. */
  readonly spanId: string
  /** Several if the product assigns one request to several actions. */
  readonly parentIds: readonly string[]
  readonly name: string
  /** Unix milliseconds. */
  readonly startMillis: number
  /** The action that the product names on the span, if it does so instead of a parent. */
  readonly actionName?: string
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** `get(value, 'a', 'b')` is `value.a.b`, `undefined` as soon as a step is missing. */
export function get(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let current = value
  for (const key of path) {
    if (current === null || typeof current !== 'object' || Array.isArray(current)) return undefined
    current = (current as { readonly [key: string]: Json })[key]
  }
  return current
}

export function getText(value: Json | undefined, ...path: readonly string[]): string | undefined {
  const found = get(value, ...path)
  return typeof found === 'string' ? found : undefined
}

export function getList(value: Json | undefined, ...path: readonly string[]): readonly Json[] {
  const found = get(value, ...path)
  return Array.isArray(found) ? found : []
}

/** Lines of JSON. Other lines are skipped. */
export function parseLines(body: string): Json[] {
  return body.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Json]
    } catch {
      return []
    }
  })
}

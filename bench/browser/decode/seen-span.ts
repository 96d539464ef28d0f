/** What every product's own format comes down to: enough to find a request's span and climb to its action. */
export interface SeenSpan {
  /** 16 lower-case hex digits where the product has such ids; its own id of an action else. */
  readonly spanId: string
  /** Several where the product files one request under several actions. */
  readonly parentIds: readonly string[]
  readonly name: string
  /** Unix milliseconds. */
  readonly startMillis: number
  /** The action the product itself names on the span, where it does so instead of by a parent. */
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

/** Lines of JSON; a line that is none is passed over. */
export function parseLines(body: string): Json[] {
  return body.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Json]
    } catch {
      return []
    }
  })
}

/** The result of a case as JSON. It must be equal in two twins. */
export type Seen = null | boolean | number | string | readonly Seen[] | { readonly [key: string]: Seen }

const MAX_DEPTH = 6
/** Objects whose properties are all remote: only their class is described. */
const REMOTE = new Set(['RpcStub', 'RpcPromise', 'RpcProperty', 'Fetcher', 'DurableObject', 'ServiceStub'])
/** Documented headers that tracing adds, and the time of day. */
const ADDED = new Set([
  'traceparent',
  'tracestate',
  'baggage',
  'server-timing',
  'timing-allow-origin',
  'date',
])

/** Describes a value with its class, its properties and their flags; host objects also with the values of their getters. */
export function describe(value: unknown, depth: number = MAX_DEPTH): Seen {
  switch (typeof value) {
    case 'string':
      return value
    case 'boolean':
      return value
    case 'number':
      return Object.is(value, -0) || !Number.isFinite(value)
        ? `number ${Object.is(value, -0) ? '-0' : value}`
        : value
    case 'undefined':
      return 'undefined'
    case 'bigint':
      return `bigint ${value}`
    case 'symbol':
      return String(value)
    case 'function':
      return describeFunction(value)
    default:
      return value === null ? null : describeObject(value as object, depth)
  }
}

/** Whether two reads return the same value. */
export function isStable(read: () => unknown): boolean {
  const first = read()
  return read() === first
}

/** Describes the outcome of a call: its result or error, and the settlement of its promise. */
export async function attempt(work: () => unknown): Promise<Seen> {
  let result: unknown
  try {
    result = work()
  } catch (error) {
    return { throws: describe(error) }
  }
  if (!isThenable(result)) return { returns: describe(result) }
  const isPromise = result instanceof Promise
  try {
    return { resolves: describe(await result), isPromise }
  } catch (error) {
    return { rejects: describe(error), isPromise }
  }
}

function isThenable(value: unknown): boolean {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    typeof Reflect.get(value, 'then') === 'function'
  )
}

const classOf = (value: object): string => {
  const Class: unknown = Object.getPrototypeOf(value)?.constructor
  return typeof Class === 'function' ? Class.name : 'null'
}

function describeFunction(value: object): Seen {
  const name = classOf(value)
  if (REMOTE.has(name)) return { remote: name, typeof: 'function' }
  const { length, name: own } = value as { length: number; name: string }
  return `function ${own}(${length})`
}

function describeObject(value: object, depth: number): Seen {
  const name = classOf(value)
  if (REMOTE.has(name)) return { remote: name, typeof: 'object' }
  if (depth === 0) return `object ${name}`
  if (Array.isArray(value)) return value.map((item) => describe(item, depth - 1))
  if (value instanceof Error) return describeError(value, depth)
  if (value instanceof Headers) return { class: name, entries: headersOf(value) }
  if (value instanceof ArrayBuffer) return { class: name, bytes: latin1(new Uint8Array(value)) }
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value
    return { class: name, bytes: latin1(new Uint8Array(buffer, byteOffset, byteLength)) }
  }
  if (value instanceof Date) return { class: name, time: Number.isNaN(value.getTime()) ? 'invalid' : 'time' }
  if (value instanceof RegExp) return String(value)
  if (value instanceof Map) return { class: name, entries: describe([...value], depth - 1) }
  if (value instanceof Set) return { class: name, values: describe([...value], depth - 1) }
  if (value instanceof FormData) return { class: name, entries: describe([...value], depth - 1) }
  if (value instanceof URLSearchParams) return { class: name, text: String(value) }
  return describeProperties(value, name, depth)
}

function describeProperties(value: object, name: string, depth: number): Seen {
  const seen: Record<string, Seen> = name === 'Object' ? {} : { class: name }
  const tag = Object.prototype.toString.call(value)
  if (tag !== `[object ${name}]`) seen.tag = tag
  for (const key of Reflect.ownKeys(value)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(value, key)
    if (!descriptor) continue
    const { get, set, writable, enumerable, configurable } = descriptor
    const flags = [
      !enumerable && 'hidden',
      !configurable && 'fixed',
      !get && !set && !writable && 'read-only',
    ]
    const label = [...flags.filter(Boolean), String(key)].join(' ')
    seen[label] =
      get || set ? `accessor ${get ? 'get' : ''}${set ? 'set' : ''}` : describe(descriptor.value, depth - 1)
  }
  for (
    let prototype: object | null = Object.getPrototypeOf(value);
    prototype && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    for (const [key, { get }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (get && !(key in seen)) seen[key] = describeGetter(value, key, depth)
    }
  }
  return seen
}

function describeGetter(value: object, key: string, depth: number): Seen {
  try {
    return describe(Reflect.get(value, key), depth - 1)
  } catch (error) {
    return { throws: describe(error, depth - 1) }
  }
}

function describeError(error: Error, depth: number): Seen {
  const own = Reflect.ownKeys(error).filter((key) => key !== 'stack' && key !== 'message' && key !== 'cause')
  return {
    class: classOf(error),
    name: error.name,
    message: String(error.message),
    caller: callerIn(String(error.stack)),
    ...(own.length > 0
      ? {
          own: Object.fromEntries(
            own.map((key) => [String(key), describe(Reflect.get(error, key), depth - 1)]),
          ),
        }
      : {}),
    ...('cause' in error ? { cause: describe(error.cause, depth - 1) } : {}),
  }
}

/**
 * The innermost frame of the worker's own code; the frames further out share the runtime's limit of ten with ours. By
 * convention a case has a blank in its name and a class begins with `Twin`.
 */
function callerIn(stack: string): string {
  const names = [...stack.matchAll(/^ +at (?:async )?(?:new )?(?:Object\.)?(.+?) \(/gm)].map(
    ([, name = '']) => name,
  )
  return (
    names.find((name) => name.startsWith('Twin') || (name.includes(' ') && !name.includes(' [as '))) ?? 'none'
  )
}

export function headersOf(headers: Headers): Seen {
  return [...headers].filter(([name]) => !ADDED.has(name)).map(([name, value]) => `${name}: ${value}`)
}

/** Bytes as text with one character each; long ones by their beginning, length and sum. */
function latin1(bytes: Uint8Array): string {
  const text = Array.from(bytes.subarray(0, 200), (byte) => String.fromCharCode(byte)).join('')
  if (bytes.length <= 200) return text
  return `${text}… ${bytes.length} bytes, sum ${bytes.reduce((sum, byte) => (sum * 31 + byte) >>> 0, 7)}`
}

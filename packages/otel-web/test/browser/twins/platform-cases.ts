import type { Cases } from './kit.ts'

/** Every class that a patch touches, and its prototype. */
const CLASSES = [
  ...['Response', 'Request', 'Headers', 'ReadableStream', 'WritableStream', 'TransformStream', 'Promise'],
  ...['XMLHttpRequest', 'XMLHttpRequestEventTarget', 'XMLHttpRequestUpload', 'EventTarget', 'AbortSignal'],
  ...['WebSocket', 'EventSource', 'Navigator', 'History', 'MessageChannel', 'MessagePort', 'Worker'],
  ...['BroadcastChannel', 'FileReader', 'IDBRequest', 'IDBOpenDBRequest', 'IDBTransaction', 'HTMLElement'],
  ...['HTMLFormElement', 'HTMLCanvasElement', 'HTMLVideoElement', 'Document', 'Scheduler', 'LockManager'],
  ...['Geolocation', 'MutationObserver', 'IntersectionObserver', 'ResizeObserver', 'PerformanceObserver'],
  ...['NavigateEvent', 'Element', 'HTMLImageElement', 'HTMLDetailsElement', 'Storage', 'RTCDataChannel'],
]
const FUNCTIONS = [
  ...['fetch', 'setTimeout', 'setInterval', 'clearTimeout', 'clearInterval', 'requestAnimationFrame'],
  ...['cancelAnimationFrame', 'requestIdleCallback', 'queueMicrotask', 'structuredClone', 'reportError'],
]

const page = window as unknown as Record<string, unknown>

function describeFunction(value: unknown): unknown {
  if (typeof value !== 'function') return typeof value
  const own = Reflect.ownKeys(value).map(String).sort()
  const text = Function.prototype.toString.call(value)
  return {
    name: value.name,
    length: value.length,
    own,
    native: /^function .*\(\) \{ \[native code\] \}$/.test(text),
    constructs: isConstructor(value),
  }
}

function isConstructor(value: unknown): boolean {
  try {
    Reflect.construct(Object, [], value as () => void)
    return true
  } catch {
    return false
  }
}

function describeProperties(object: object): unknown {
  return Reflect.ownKeys(object).map((key) => {
    const { value, get, set, ...flags } = Object.getOwnPropertyDescriptor(object, key) ?? {}
    return [String(key), flags, describeFunction(value), describeFunction(get), describeFunction(set)]
  })
}

export const platformCases: Cases = {
  'the names of window are the same, in the same order': () =>
    Object.getOwnPropertyNames(window).filter((name) => !/^(throughline|runTwins)$/.test(name)),
  'symbols of window are the same': () =>
    Object.getOwnPropertySymbols(window)
      .map(String)
      .filter((name) => !/opentelemetry|throughline/.test(name)),
  'Object.prototype, Array.prototype and Function.prototype are untouched': () =>
    [Object, Array, Function, String, JSON].map((each) =>
      describeProperties('prototype' in each ? each.prototype : each),
    ),
  ...Object.fromEntries(
    FUNCTIONS.map((name) => [
      `function ${name} looks like the platform's`,
      () => {
        const { value, ...flags } = Object.getOwnPropertyDescriptor(window, name) ?? {}
        return [flags, describeFunction(value)]
      },
    ]),
  ),
  ...Object.fromEntries(
    CLASSES.map((name) => [
      `class ${name} and its prototype look like the platform's`,
      () => {
        const found = page[name] as (abstract new () => object) | undefined
        if (typeof found !== 'function') return 'none'
        const { value, ...flags } = Object.getOwnPropertyDescriptor(window, name) ?? {}
        const { prototype } = found
        return {
          flags,
          own: describeFunction(value),
          statics: describeProperties(found),
          members: describeProperties(prototype),
          isConstructor: prototype.constructor === found,
          parent: String(
            Object.getPrototypeOf(found) === Function.prototype || Object.getPrototypeOf(found).name,
          ),
          sameParent: Object.getPrototypeOf(prototype)?.constructor?.name,
        }
      },
    ]),
  ),
  'a new object of each class is of that class': () =>
    [
      new ReadableStream(),
      new WritableStream(),
      new TransformStream(),
      new Response(),
      new Request('/'),
      new XMLHttpRequest(),
      new MessageChannel(),
      new BroadcastChannel('x'),
      new FileReader(),
      new MutationObserver(() => {}),
      new ResizeObserver(() => {}),
      new IntersectionObserver(() => {}),
      new PerformanceObserver(() => {}),
      new AbortController().signal,
      Promise.resolve(),
      (async () => {})(),
    ].map((object) => {
      const { name } = object.constructor
      if (object instanceof BroadcastChannel) object.close()
      return [
        name,
        object.constructor === page[name],
        Object.getPrototypeOf(object) === (page[name] as { prototype: object }).prototype,
        Reflect.ownKeys(object).map(String),
      ]
    }),
  'streams that the platform makes are of the same class': () => {
    const { readable, writable } = new TransformStream()
    return [
      new Response('x').body?.constructor === ReadableStream,
      new Response('x').body instanceof ReadableStream,
      new Blob(['x']).stream().constructor === ReadableStream,
      readable.constructor === ReadableStream,
      writable.constructor === WritableStream,
    ]
  },
  'subclasses of each class keep their own prototype': () => {
    const made = [
      new (class Own extends (ReadableStream as new () => object) {})(),
      new (class Own extends WritableStream {})(),
      new (class Own extends TransformStream {})(),
      new (class Own extends XMLHttpRequest {})(),
      new (class Own extends MutationObserver {})(() => {}),
      new (class Own extends ResizeObserver {})(() => {}),
      new (class Own extends PerformanceObserver {})(() => {}),
      new (class Own extends Promise<void> {})(() => {}),
      new (class Own extends EventTarget {})(),
    ]
    return made.map((object) => [object.constructor.name, Object.prototype.toString.call(object)])
  },
  'classes are not callable without new': ({ log }) => {
    for (const name of CLASSES) {
      try {
        ;(page[name] as (() => unknown) | undefined)?.()
      } catch (error) {
        log(`${name} ${error}`)
      }
    }
  },
  'classes without arguments throw the same': ({ log }) => {
    for (const name of CLASSES) {
      try {
        log(String(Reflect.construct(page[name] as () => void, [])))
      } catch (error) {
        log(`${name} ${error}`)
      }
    }
  },
  'methods on a wrong receiver and without arguments throw the same': async ({ log }) => {
    for (const name of CLASSES) {
      const { prototype } = (page[name] ?? {}) as { prototype?: object }
      if (!prototype || name === 'Promise') continue
      for (const key of Reflect.ownKeys(prototype)) {
        const { value, get, set } = Object.getOwnPropertyDescriptor(prototype, key) ?? {}
        for (const [kind, method] of Object.entries({ value, get, set })) {
          if (typeof method !== 'function' || key === 'constructor') continue
          for (const receiver of [undefined, null, {}, 5, prototype]) {
            if (receiver == null && (name === 'EventTarget' || name === 'HTMLElement')) continue
            try {
              const result: unknown = Reflect.apply(method, receiver, [])
              if (result instanceof Promise) {
                await result.catch((error) => log(`${name}.${String(key)} ${kind} rejected ${error}`))
              } else log(`${name}.${String(key)} ${kind} ${typeof result}`)
            } catch (error) {
              log(`${name}.${String(key)} ${kind} ${error}`)
            }
          }
        }
      }
    }
  },
  'functions of window without arguments throw the same': async ({ log }) => {
    for (const name of FUNCTIONS) {
      for (const args of [[], [undefined], [null], [{}], [Symbol('s')]]) {
        for (const receiver of [undefined, window, {}]) {
          if (/^set/.test(name) && args.length) continue
          try {
            const result: unknown = Reflect.apply(page[name] as () => unknown, receiver, args)
            if (result instanceof Promise) {
              await result.then(
                () => log(`${name} fulfilled`),
                (error) => log(`${name} rejected ${error}`),
              )
            } else log(`${name} ${typeof result}`)
          } catch (error) {
            log(`${name} ${error}`)
          }
        }
      }
    }
  },
  'what a promise is stays what it is': () => {
    const promise = fetch('/api/promise')
    promise.catch(() => {})
    return [
      promise.constructor === Promise,
      Object.getPrototypeOf(promise) === Promise.prototype,
      Promise.resolve(promise) === promise,
      Reflect.ownKeys(promise).length,
      Promise.prototype.constructor === Promise,
      Object.hasOwn(Promise.prototype, 'constructor'),
    ]
  },
}

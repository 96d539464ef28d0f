import { ROOT_CONTEXT } from '@opentelemetry/api'
import {
  call,
  callbackOf,
  type Method,
  patchMethod,
  patchProperty,
  type Restore,
  replace,
} from '../../platform/patch.ts'
import { isObject, platformClass, textAt } from '../../platform/platform-class.ts'
import { readThrough } from '../../platform/read-through.ts'
import type { MicrotaskContexts } from '../microtasks/microtask-contexts.ts'
import { EventContexts } from './event-contexts.ts'
import { type Listener, WrappedListeners } from './wrapped-listeners.ts'

/**
 * Classes with `on…` properties to patch. Elements have all of these properties but report loading with only two of
 * them.
 */
const HANDLERS: readonly (readonly [string, RegExp])[] = [
  ['XMLHttpRequestEventTarget', /^on/],
  ['XMLHttpRequest', /^on/],
  ['FileReader', /^on/],
  ['IDBRequest', /^on/],
  ['IDBOpenDBRequest', /^on/],
  ['IDBTransaction', /^on/],
  ['AbortSignal', /^on/],
  ['Worker', /^on/],
  ['MessagePort', /^on/],
  ['BroadcastChannel', /^on/],
  ['WebSocket', /^on/],
  ['EventSource', /^on/],
  ['HTMLElement', /^on(load|error)$/],
]

/** Functions that dispatch events synchronously. */
const DISPATCHERS: readonly (readonly [string, string])[] = [
  ['EventTarget', 'dispatchEvent'],
  ['HTMLElement', 'click'],
  ['HTMLFormElement', 'requestSubmit'],
]

/**
 * Runs listeners of request-like targets (XHR, FileReader, IndexedDB, workers, images…) in the context of the
 * operation. Listeners of other targets, in particular of user input, are registered unchanged.
 */
export function hookEventListeners(contexts: MicrotaskContexts): Restore {
  let enabled = true
  const registrationKey = createRegistrationKeys()
  const eventContexts = new EventContexts(contexts)
  const { addEventListener: add, removeEventListener: remove } = EventTarget.prototype as unknown as Record<
    'addEventListener' | 'removeEventListener',
    Method
  >

  const wrappedListeners = new WrappedListeners((listener, target, rule) => {
    const registration = {
      context: ROOT_CONTEXT,
      call: callbackOf((current, args) => {
        const inObject = typeof listener === 'object'
        const method = inObject ? listener.handleEvent : listener
        const self = inObject ? listener : current
        if (typeof method !== 'function') return undefined
        if (!enabled) return call(method as Method, self, args)
        const context = eventContexts.contextFor(rule, target, registration.context)
        return contexts.with(context, method as Method, self, args)
      }),
    }
    return registration
  })

  function wrap(target: object, type: string, listener: Listener): Method | undefined {
    const rule = enabled && eventContexts.ruleFor(target, type)
    return rule ? wrappedListeners.get(target, listener, rule, contexts.capture()) : undefined
  }

  const handlerProperty = (own: PropertyDescriptor): PropertyDescriptor | undefined => {
    const { get, set } = own
    if (get === undefined || set === undefined) return undefined
    const type = set.name.replace(/^set on/, '')
    return {
      ...own,
      get: replace(get, (stock, target) => {
        const value = call(stock, target, [])
        return isObject(target) ? (wrappedListeners.original(target, value) ?? value) : value
      }),
      set: replace(set as Method, (stock, target, args) => {
        const value = args[0]
        // An object may be assigned to an `on…` property, but is never called.
        const wrapped =
          typeof value === 'function' && isObject(target) ? wrap(target, type, value as Method) : undefined
        if (!wrapped) return call(stock, target, args)
        call(stock, target, [wrapped])
        wrappedListeners.whenRestored(target as object, `on${type}`, (restored) => {
          if (call(get, restored, []) === wrapped) call(set as Method, restored, [value])
        })
        return undefined
      }),
    }
  }

  /**
   * Replaces the listener and the options in `args`. Returns the original listener, and the options as the platform
   * read them.
   */
  const wrapArguments = (
    target: unknown,
    args: unknown[],
    find: (target: object, type: string, listener: Listener) => Method | undefined,
  ): { listener: Listener; options: AddEventListenerOptions } | undefined => {
    const listener = args[1]
    if (!isObject(target) || !isListener(listener) || !eventContexts.ruleFor(target)) return undefined
    const found = find(target, textAt(args, 0), listener)
    if (!found) return undefined
    const options: Record<PropertyKey, unknown> = Object.create(null)
    const given = args[2]
    args[1] = found
    if (isObject(given)) args[2] = readThrough(given, (value, name) => (options[name] = value))
    else options.capture = given
    return { listener, options }
  }

  const restores = [
    patchMethod(EventTarget.prototype, 'addEventListener', (stock, target, args) => {
      contexts.followPromises()
      const own = wrapArguments(target, args, wrap)
      const result = call(stock, target, args)
      // A `once` listener may already be removed. After `restore`, its wrapper only calls the original, so it may stay.
      if (own && !own.options.once) {
        const { listener, options } = own
        const key = registrationKey(args[0], listener, options)
        wrappedListeners.whenRestored(target as object, key, (restored) => {
          call(remove, restored, [args[0], args[1], options])
          call(add, restored, [args[0], listener, options])
        })
        const { signal } = options
        if (signal) call(add, signal, ['abort', () => wrappedListeners.forget(target as object, key)])
      }
      return result
    }),
    patchMethod(EventTarget.prototype, 'removeEventListener', (stock, target, args) => {
      const own = wrapArguments(target, args, (known, _, listener) => wrappedListeners.find(known, listener))
      const result = call(stock, target, args)
      if (!own) return result
      const { listener, options } = own
      wrappedListeners.forget(target as object, registrationKey(args[0], listener, options))
      return call(stock, target, [args[0], listener, options])
    }),
    ...DISPATCHERS.map(([name, method]) =>
      patchMethod(platformClass(name)?.prototype, method, (stock, target, args) =>
        enabled ? contexts.dispatch(stock, target, args) : call(stock, target, args),
      ),
    ),
    ...HANDLERS.flatMap(([name, handlers]) => {
      const prototype = platformClass(name)?.prototype
      const names = prototype === undefined ? [] : Object.getOwnPropertyNames(prototype)
      return names
        .filter((property) => handlers.test(property))
        .map((property) => patchProperty(prototype, property, handlerProperty))
    }),
    () => eventContexts.restore(),
  ]
  return () => {
    enabled = false
    for (const restore of restores) restore()
    wrappedListeners.restore()
  }
}

function isListener(value: unknown): value is Listener {
  return isObject(value)
}

/** Creates keys for registrations. Registrations of the same type, listener and phase have the same key. */
function createRegistrationKeys() {
  const numbers = new WeakMap<object, number>()
  let last = 0
  return (type: unknown, listener: object, { capture }: AddEventListenerOptions): string => {
    const number = numbers.get(listener) ?? ++last
    numbers.set(listener, number)
    return `${type} ${number} ${Boolean(capture)}`
  }
}

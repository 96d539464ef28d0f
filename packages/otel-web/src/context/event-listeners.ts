import { type Context, ROOT_CONTEXT } from '@opentelemetry/api'
import { EventContexts } from './event-contexts.ts'
import type { MicrotaskContexts } from './microtask-contexts.ts'
import { type Method, patchMethod, patchProperty, type Restore } from './patch.ts'
import { platformClass } from './platform.ts'
import { StandIns } from './stand-ins.ts'

/** Classes whose `on…` properties take listeners of ours. An element has them all, and loads with only two. */
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

/** What dispatches events amid other code. */
const DISPATCHERS: readonly (readonly [string, string])[] = [
  ['EventTarget', 'dispatchEvent'],
  ['HTMLElement', 'click'],
  ['HTMLFormElement', 'requestSubmit'],
]

/** A listener: a function, or an object with `handleEvent`. */
export type Listener = Method | { handleEvent?: unknown }

/**
 * Runs listeners of request-like targets (XHR, FileReader, IndexedDB, workers, images…) in the context of the
 * operation. Listeners of everything else, of the user's events above all, are registered as they are.
 */
export function hookEventListeners(contexts: MicrotaskContexts): Restore {
  let enabled = true
  const eventContexts = new EventContexts(contexts)
  const { addEventListener: add, removeEventListener: remove } = EventTarget.prototype as unknown as Record<
    'addEventListener' | 'removeEventListener',
    Method
  >

  const standIns = new StandIns((listener, target, rule) => {
    const registration: { context: Context; call: Method } = {
      context: ROOT_CONTEXT,
      call(this: unknown, ...args) {
        const inObject = typeof listener === 'object'
        const method = inObject ? listener.handleEvent : listener
        const self = inObject ? listener : this
        if (typeof method !== 'function') return undefined
        if (!enabled) return Reflect.apply(method, self, args)
        const context = eventContexts.contextFor(rule, target, registration.context)
        return contexts.with(context, method as Method, self, args)
      },
    }
    return registration
  })

  function standInFor(target: object, type: string, listener: unknown): Method | undefined {
    if (!enabled || !isListener(listener)) return undefined
    const rule = eventContexts.ruleFor(target, type)
    return rule && standIns.get(target, listener, rule, contexts.capture())
  }

  const handlerProperty = (own: PropertyDescriptor): PropertyDescriptor | undefined => {
    const { get, set } = own
    if (get === undefined || set === undefined) return undefined
    const type = set.name.replace(/^set on/, '')
    return {
      ...own,
      get() {
        const value: unknown = Reflect.apply(get, this, [])
        return standIns.original(this, value) ?? value
      },
      set(value: unknown) {
        const standIn = standInFor(this, type, value)
        Reflect.apply(set, this, [standIn ?? value])
        if (standIn === undefined) return
        standIns.whenRestored(this, `on${type}`, (target) => {
          if (Reflect.apply(get, target, []) === standIn) Reflect.apply(set, target, [value])
        })
      },
    }
  }

  const restores = [
    patchMethod(EventTarget.prototype, 'addEventListener', (original) => {
      return function (this: unknown, ...args) {
        contexts.need()
        const [type, listener, options] = args
        const standIn = standInFor(this as object, String(type), listener)
        if (standIn === undefined) return Reflect.apply(original, this, args)
        const { once, signal } = (options ?? {}) as AddEventListenerOptions
        // One that is for one event may be gone by then. Afterwards the stand-in only passes on, so it may stay.
        if (!once) {
          const key = registrationKey(args)
          standIns.whenRestored(this as object, key, (target) => {
            Reflect.apply(remove, target, [type, standIn, options])
            Reflect.apply(add, target, args)
          })
          if (signal) Reflect.apply(add, signal, ['abort', () => standIns.forget(this as object, key)])
        }
        return Reflect.apply(original, this, [type, standIn, options])
      }
    }),
    patchMethod(EventTarget.prototype, 'removeEventListener', (original) => {
      return function (this: unknown, ...args) {
        const [type, listener, options] = args
        const standIn = isListener(listener) ? standIns.find(this as object, listener) : undefined
        if (standIn !== undefined) {
          standIns.forget(this as object, registrationKey(args))
          Reflect.apply(original, this, [type, standIn, options])
        }
        return Reflect.apply(original, this, args)
      }
    }),
    ...DISPATCHERS.map(([name, method]) =>
      patchMethod(platformClass(name)?.prototype, method, (original) => {
        return function (this: unknown, ...args) {
          return enabled ? contexts.dispatch(original, this, args) : Reflect.apply(original, this, args)
        }
      }),
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
    standIns.restore()
  }
}

function isListener(value: unknown): value is Listener {
  return typeof value === 'function' || (typeof value === 'object' && value !== null)
}

/** What makes a registration one of its own: type, listener and phase. */
const listenerNumbers = new WeakMap<object, number>()
let lastNumber = 0
function registrationKey([type, listener, options]: readonly unknown[]): string {
  const key = listener as object
  const number = listenerNumbers.get(key) ?? ++lastNumber
  listenerNumbers.set(key, number)
  const capture = typeof options === 'object' ? Boolean((options as EventListenerOptions)?.capture) : options
  return `${type} ${number} ${Boolean(capture)}`
}

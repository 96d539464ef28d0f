import { type Context, ROOT_CONTEXT } from '@opentelemetry/api'
import {
  call,
  type Method,
  patchMethod,
  patchProperty,
  type Replacement,
  type Restore,
  replace,
} from '../../platform/patch.ts'
import { platformClass, xhrPrototype } from '../../platform/platform-class.ts'
import type { MicrotaskContexts } from '../microtasks/microtask-contexts.ts'

/**
 * How the context of a listener is determined:
 *
 * - `started`: the context that started the operation (`send()`, `readAsText()`)
 * - `registered`: the context that registered the listener; for one-shot requests, the same code makes the request
 * - `answered`: the context that registered the listener if it has posted messages to the target and no other context
 *   has; otherwise the root context. Messages that were posted to the peer of a port count as well.
 * - `none`: the root context, for long-lived connections whose messages are not caused by an action of this page
 */
export type EventRule = 'started' | 'registered' | 'answered' | 'none'

const RULES: readonly (readonly [string, EventRule])[] = [
  ['XMLHttpRequestEventTarget', 'started'],
  ['FileReader', 'started'],
  ['IDBRequest', 'registered'],
  ['IDBTransaction', 'registered'],
  ['AbortSignal', 'registered'],
  ['Worker', 'answered'],
  ['MessagePort', 'answered'],
  ['BroadcastChannel', 'none'],
  ['WebSocket', 'none'],
  ['EventSource', 'none'],
  ['RTCDataChannel', 'none'],
]

/** Elements that fetch a resource. */
const LOADING = /^(IMG|SCRIPT|LINK|IFRAME|VIDEO|AUDIO|EMBED|OBJECT|TRACK)$/

const STARTERS = ['readAsText', 'readAsArrayBuffer', 'readAsDataURL', 'readAsBinaryString']

const SEVERAL = Symbol('several contexts')

/** Determines the context of an event from the kind of its target. Events of user input are not handled here. */
export class EventContexts {
  readonly #contexts: MicrotaskContexts
  readonly #rules: (readonly [(target: unknown) => boolean, EventRule])[] = []
  readonly #started = new WeakMap<object, Context>()
  readonly #posters = new WeakMap<object, Context | typeof SEVERAL>()
  readonly #peers = new WeakMap<object, object>()
  readonly #restores: Restore[]

  constructor(contexts: MicrotaskContexts) {
    this.#contexts = contexts
    for (const [name, rule] of RULES) {
      const found = platformClass(name) as (abstract new () => unknown) | undefined
      if (found !== undefined) this.#rules.push([(target) => target instanceof found, rule])
    }
    const starting = before((target) => this.#start(target))
    const posting = before((target) => this.#post(target))
    this.#restores = [
      ...STARTERS.map((method) => patchMethod(platformClass('FileReader')?.prototype, method, starting)),
      patchMethod(xhrPrototype(), 'send', starting),
      ...['Worker', 'MessagePort'].map((name) =>
        patchMethod(platformClass(name)?.prototype, 'postMessage', posting),
      ),
      ...this.#pairPorts(),
    ]
  }

  /** The rule for events of a target. `undefined` means that the context of the dispatching code stays active. */
  ruleFor(target: unknown, type = 'load'): EventRule | undefined {
    if (isElement(target)) {
      return (type === 'load' || type === 'error') && LOADING.test(target.nodeName) ? 'registered' : undefined
    }
    return this.#rules.find(([matches]) => matches(target))?.[1]
  }

  /** The context for one event. `registered` is the context that registered the listener. */
  contextFor(rule: EventRule, target: object, registered: Context): Context {
    switch (rule) {
      case 'started':
        return this.#started.get(target) ?? registered
      case 'registered':
        return registered
      case 'answered':
        return this.#answers(target, registered) ? registered : ROOT_CONTEXT
      case 'none':
        return ROOT_CONTEXT
    }
  }

  restore(): void {
    for (const restore of this.#restores) restore()
  }

  #start(target: object): void {
    const context = this.#contexts.capture()
    this.#started.set(target, context)
    const { upload } = target as { upload?: object }
    if (upload !== undefined) this.#started.set(upload, context)
  }

  #post(target: object): void {
    const context = this.#contexts.capture()
    const poster = this.#posters.get(target)
    this.#posters.set(target, poster === undefined || poster === context ? context : SEVERAL)
  }

  #answers(target: object, registered: Context): boolean {
    const peer = this.#peers.get(target)
    const posters = [this.#posters.get(target), peer && this.#posters.get(peer)]
    return (
      posters.includes(registered) && posters.every((poster) => poster === undefined || poster === registered)
    )
  }

  /** Patches the getters of a channel's ports, to record the peer of each port. */
  #pairPorts(): Restore[] {
    const prototype = platformClass('MessageChannel')?.prototype
    const ports = (['port1', 'port2'] as const).map(
      (name) => prototype && Object.getOwnPropertyDescriptor(prototype, name)?.get,
    )
    return ['port1', 'port2'].map((name, index) =>
      patchProperty(prototype, name, (own) => {
        const [mine, other] = [ports[index], ports[1 - index]]
        if (mine === undefined || other === undefined) return undefined
        const peers = this.#peers
        const get = replace(mine as Method, (stock, channel) => {
          const port = call(stock, channel, []) as object
          peers.set(port, call(other as Method, channel, []) as object)
          return port
        })
        return { ...own, get }
      }),
    )
  }
}

function before(note: (target: object) => void): Replacement {
  return (stock, target, args) => {
    if (typeof target === 'object' && target !== null) note(target)
    return call(stock, target, args)
  }
}

function isElement(target: unknown): target is Element {
  return typeof Element === 'function' && target instanceof Element
}

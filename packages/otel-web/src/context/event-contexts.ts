import { type Context, ROOT_CONTEXT } from '@opentelemetry/api'
import type { MicrotaskContexts } from './microtask-contexts.ts'
import { type Method, patchMethod, patchProperty, type Restore } from './patch.ts'
import { platformClass } from './platform.ts'

/**
 * How a listener's context is found:
 *
 * - `started`: who started the operation (`send()`, `readAsText()`)
 * - `registered`: who registered the listener, which for one-shot requests is who made them
 * - `answered`: who registered the listener, as long as nobody else posts messages there
 * - `nobody`: long-lived connections, whose messages no action of the page caused
 */
export type EventRule = 'started' | 'registered' | 'answered' | 'nobody'

const RULES: readonly (readonly [string, EventRule])[] = [
  ['XMLHttpRequestEventTarget', 'started'],
  ['FileReader', 'started'],
  ['IDBRequest', 'registered'],
  ['IDBTransaction', 'registered'],
  ['AbortSignal', 'registered'],
  ['Worker', 'answered'],
  ['MessagePort', 'answered'],
  ['BroadcastChannel', 'nobody'],
  ['WebSocket', 'nobody'],
  ['EventSource', 'nobody'],
  ['RTCDataChannel', 'nobody'],
]

/** Elements that load something of their own. */
const LOADING = /^(IMG|SCRIPT|LINK|IFRAME|VIDEO|AUDIO|EMBED|OBJECT|TRACK)$/

const STARTERS: readonly (readonly [string, string])[] = [
  ['XMLHttpRequest', 'send'],
  ['FileReader', 'readAsText'],
  ['FileReader', 'readAsArrayBuffer'],
  ['FileReader', 'readAsDataURL'],
  ['FileReader', 'readAsBinaryString'],
]

const SEVERAL = Symbol('several contexts')

/** The context of an event, by the kind of its target. Events of the user's are not looked at. */
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
      ...STARTERS.map(([name, method]) => patchMethod(platformClass(name)?.prototype, method, starting)),
      ...['Worker', 'MessagePort'].map((name) =>
        patchMethod(platformClass(name)?.prototype, 'postMessage', posting),
      ),
      ...this.#pairPorts(),
    ]
  }

  /** The rule for a target's events of one type; `undefined` where the context is that of whoever dispatches. */
  ruleFor(target: unknown, type: string): EventRule | undefined {
    if (isElement(target)) {
      return (type === 'load' || type === 'error') && LOADING.test(target.nodeName) ? 'registered' : undefined
    }
    return this.#rules.find(([matches]) => matches(target))?.[1]
  }

  /** The context for one event, given who registered the listener. */
  contextFor(rule: EventRule, target: object, registered: Context): Context {
    switch (rule) {
      case 'started':
        return this.#started.get(target) ?? registered
      case 'registered':
        return registered
      case 'answered':
        return this.#answers(target, registered) ? registered : ROOT_CONTEXT
      case 'nobody':
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
    const before = this.#posters.get(target)
    this.#posters.set(target, before === undefined || before === context ? context : SEVERAL)
  }

  #answers(target: object, registered: Context): boolean {
    const peer = this.#peers.get(target)
    const posters = [this.#posters.get(target), peer && this.#posters.get(peer)]
    return (
      posters.includes(registered) && posters.every((poster) => poster === undefined || poster === registered)
    )
  }

  /** Learns which two ports belong together when they are taken out of their channel. */
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
        return {
          ...own,
          get() {
            const port: object = Reflect.apply(mine, this, [])
            peers.set(port, Reflect.apply(other, this, []))
            return port
          },
        }
      }),
    )
  }
}

function before(note: (target: object) => void): (original: Method) => Method {
  return (original) =>
    function (this: unknown, ...args: unknown[]) {
      if (typeof this === 'object' && this !== null) note(this)
      return Reflect.apply(original, this, args)
    }
}

function isElement(target: unknown): target is Element {
  return typeof Element === 'function' && target instanceof Element
}

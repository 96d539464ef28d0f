import { type Context, type ContextManager, createContextKey, ROOT_CONTEXT, trace } from '@opentelemetry/api'

const NAME = createContextKey('flow')

/** The owner of a piece of work: the name of a flow, or NO_OWNER. */
export type Owner = string

/** The owner of work that belongs to no flow. */
export const NO_OWNER: Owner = 'none'

/** One asynchronous pattern, run several times at once, each time under a root of its own. */
export interface Pattern {
  readonly name: string
  /** The pattern takes part in background work. */
  readonly needsBackground?: boolean
  readonly run: (flow: Flow) => unknown
}

/** The result of one check. */
export interface Check {
  readonly pattern: string
  readonly where: string
  readonly right: Owner
  readonly seen: Owner
}

/** One run of one pattern. Its code records the active context together with the expected one. */
export class Flow {
  /** The owner of all work of this flow. */
  readonly name: Owner
  readonly pattern: string
  readonly #bench: Bench

  constructor(bench: Bench, pattern: string, name: Owner) {
    this.#bench = bench
    this.pattern = pattern
    this.name = name
  }

  /** Records the active context. `right` is the expected owner, by default this flow. */
  check(where: string, right: Owner = this.name): void {
    this.#bench.checks.push({ pattern: this.pattern, where, right, seen: this.#bench.seen() })
  }

  /** Runs `fn` in a child context, as in a child span. Its owner is `<flow>/<name>`. */
  within<R>(name: string, fn: (owner: Owner) => R): R {
    const owner = `${this.name}/${name}`
    return this.#bench.with(owner, () => fn(owner))
  }

  /** State shared by all runs of this pattern. */
  shared<T>(make: () => T): T {
    const { sharedState } = this.#bench
    if (!sharedState.has(this.pattern)) sharedState.set(this.pattern, make())
    return sharedState.get(this.pattern) as T
  }
}

/** All flows of one run under one context manager. */
export class Bench {
  readonly checks: Check[] = []
  readonly sharedState = new Map<string, unknown>()
  readonly #manager: ContextManager
  readonly #contextOf: typeof contextOf

  /** @param isTraced whether each flow is a trace, as an action is */
  constructor(manager: ContextManager, isTraced = false) {
    this.#manager = manager
    this.#contextOf = isTraced ? tracedContextOf : contextOf
  }

  seen(): Owner {
    return ownerOf(this.#manager.active())
  }

  with<R>(owner: Owner, fn: () => R): R {
    return this.#manager.with(this.#contextOf(owner), fn as () => ReturnType<() => R>) as R
  }
}

export const sleep = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis))

function contextOf(owner: Owner): Context {
  return ROOT_CONTEXT.setValue(NAME, owner)
}

const traceIds = new Map<string, string>()

/** A context like that of an action, with a span of the flow's trace. */
export function tracedContextOf(owner: Owner): Context {
  const flow = owner.split('/')[0] as string
  const traceId = traceIds.get(flow) ?? (traceIds.size + 1).toString(16).padStart(32, '0')
  traceIds.set(flow, traceId)
  return trace.setSpanContext(contextOf(owner), { traceId, spanId: '0000000000000001', traceFlags: 1 })
}

/** The owner of a context. */
export function ownerOf(context: Context): Owner {
  return (context.getValue(NAME) as Owner | undefined) ?? NO_OWNER
}

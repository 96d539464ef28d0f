import { type Context, type ContextManager, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'

const NAME = createContextKey('flow')

/** Whose a piece of work is: the name of a flow, or nobody's. */
export type Owner = string

/** The right answer for what belongs to no flow. */
export const NOBODY: Owner = 'nobody'

/** One asynchronous pattern, run several times at once, each time under a root of its own. */
export interface Pattern {
  readonly name: string
  /** It takes part in what runs in no flow. */
  readonly needsBackground?: boolean
  readonly run: (flow: Flow) => unknown
}

/** What one check saw. */
export interface Check {
  readonly pattern: string
  readonly where: string
  readonly right: Owner
  readonly seen: Owner
}

/** One run of one pattern: where its code notes which context is active, with the right answer beside it. */
export class Flow {
  /** The right answer for all work of this flow's own. */
  readonly name: Owner
  readonly pattern: string
  readonly #bench: Bench

  constructor(bench: Bench, pattern: string, name: Owner) {
    this.#bench = bench
    this.pattern = pattern
    this.name = name
  }

  /** Notes the active context; `right` is whose work this is, the flow's own unless said otherwise. */
  check(where: string, right: Owner = this.name): void {
    this.#bench.checks.push({ pattern: this.pattern, where, right, seen: this.#bench.seen() })
  }

  /** Runs `fn` in a child context, as a span of its own would; its owner is `<flow>/<name>`. */
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

  constructor(manager: ContextManager) {
    this.#manager = manager
  }

  seen(): Owner {
    return (this.#manager.active().getValue(NAME) as Owner | undefined) ?? NOBODY
  }

  with<R>(owner: Owner, fn: () => R): R {
    const context: Context = ROOT_CONTEXT.setValue(NAME, owner)
    return this.#manager.with(context, fn as () => ReturnType<() => R>) as R
  }
}

export const sleep = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis))

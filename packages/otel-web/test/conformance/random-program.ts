import { AsyncLocalStorage } from 'node:async_hooks'
import { createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import { AsyncContextManager } from '../../src/context/async-context-manager.ts'

/**
 * Random asynchronous programs of several flows that share promises, wake each other and nest contexts, compared step
 * by step with AsyncLocalStorage, which the engine itself keeps right.
 */
const NAME = createContextKey('name')
const storage = new AsyncLocalStorage<string | undefined>()
const manager = new AsyncContextManager()

/** What became of the program's checks. */
export interface Verdicts {
  kept: number
  lost: number
  wrong: number
}

const sleep = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

/** Starts the context manager that the programs run under; returns what stops it. */
export function startContexts(): () => void {
  manager.enable()
  return () => void manager.disable()
}

/** Runs the program of a seed. */
export function runRandomProgram(seed: number): Promise<Verdicts> {
  return new Program(seed).run()
}

class Program {
  readonly verdicts: Verdicts = { kept: 0, lost: 0, wrong: 0 }
  readonly #waiting: (() => void)[] = []
  readonly #promises: Promise<unknown>[] = []
  #seed: number
  #stepsLeft = 400
  #contexts = 0

  constructor(seed: number) {
    this.#seed = seed
  }

  async run(): Promise<Verdicts> {
    const flows = Array.from({ length: 8 }, (_, index) =>
      this.#within(index === 7 ? undefined : `flow ${index}`, () => this.#flow(4)),
    )
    await Promise.race([Promise.allSettled(flows), sleep(300)])
    return this.verdicts
  }

  #random(below: number): number {
    this.#seed = (this.#seed * 1103515245 + 12345) & 0x7fffffff
    return Math.floor((this.#seed / 0x7fffffff) * below)
  }

  #check = (): void => {
    const right = storage.getStore()
    const seen = manager.active().getValue(NAME)
    this.verdicts[seen === right ? 'kept' : seen === undefined ? 'lost' : 'wrong']++
  }

  #within<R>(name: string | undefined, fn: () => R): R {
    const context = name === undefined ? ROOT_CONTEXT : ROOT_CONTEXT.setValue(NAME, name)
    return storage.run(name, () => manager.with(context, fn as () => ReturnType<() => R>)) as R
  }

  #child<R>(fn: () => R): R {
    return this.#within(`child ${this.#contexts++}`, fn)
  }

  async #flow(depth: number): Promise<void> {
    this.#check()
    if (depth <= 0 || this.#stepsLeft-- < 0) return
    for (let left = 1 + this.#random(4); left > 0; left--) {
      await this.#steps[this.#random(this.#steps.length)]?.(depth - 1)
      this.#check()
    }
  }

  readonly #steps: readonly ((depth: number) => Promise<unknown>)[] = [
    async () => await null,
    async () => {
      for (let tick = 0; tick < 5; tick++) await tick
    },
    async () => await Promise.resolve(),
    async () => await sleep(this.#random(3)),
    async (depth) => await this.#flow(depth),
    async (depth) => this.#flow(depth),
    async (depth) => void this.#flow(depth),
    async (depth) => await Promise.all([this.#flow(depth), this.#flow(depth), sleep(1)]),
    async (depth) => await Promise.race([this.#flow(depth), this.#flow(depth)]),
    async () => await Promise.resolve().then(this.#check).then(this.#check),
    async () =>
      void sleep(1).then(async () => {
        this.#check()
        await null
        this.#check()
      }),
    async (depth) => await this.#child(() => this.#flow(depth)),
    async (depth) => void this.#child(() => this.#flow(depth)),
    async () => this.#child(() => queueMicrotask(this.#check)),
    async () => queueMicrotask(this.#check),
    async (depth) => void setTimeout(() => void this.#flow(depth), this.#random(3)),
    async (depth) => void this.#promises.push(this.#flow(depth)),
    async () => await Promise.race([this.#promises.at(this.#random(this.#promises.length)), sleep(20)]),
    async () => {
      // Any flow may await it directly, because no promise that it waits for depends on that flow.
      const [promise] = this.#promises.splice(this.#random(this.#promises.length), 1)
      await promise
    },
    async () =>
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
        setTimeout(resolve, 20)
      }),
    async () => this.#waiting.pop()?.(),
    async () => this.#waiting.shift()?.(),
    async () => {
      for (const wake of this.#waiting.splice(0)) wake()
      await null
      this.#check()
    },
    async () => {
      const check = this.#check
      async function* twice() {
        await null
        check()
        yield sleep(1)
        check()
        yield 2
      }
      for await (const _value of twice()) this.#check()
    },
    async () => {
      for await (const _value of [1, Promise.resolve(2)]) this.#check()
    },
    async () => {
      try {
        await Promise.reject(new Error('no'))
      } catch {
        this.#check()
      } finally {
        await null
        this.#check()
      }
    },
    async () => {
      const then = (resolve: () => void) => {
        this.#check()
        setTimeout(resolve, this.#random(2))
      }
      await { then }
    },
    async () => {
      const cached = async () => 1
      for (let count = this.#random(3) * 60; count > 0; count--) await cached()
    },
  ]
}

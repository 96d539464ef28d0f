/** A resource of a `using` or `await using` declaration. `await using x = null` has no resource, but still awaits. */
interface Disposable {
  readonly resource?: object
  readonly dispose?: (() => unknown) | undefined
  /** True for an asynchronous dispose method. */
  readonly awaits?: boolean
  readonly isAsync: boolean
}

/** Globals of explicit resource management, which not every engine has. */
const engine = globalThis as unknown as {
  readonly SuppressedError: new (error: unknown, suppressed: unknown, message: string) => Error
  readonly Symbol: { readonly dispose: symbol; readonly asyncDispose: symbol }
}

/**
 * Disposes of the resources of one block. Compiled code calls it at the end of a block with `await using`.
 *
 * @see https://tc39.es/proposal-explicit-resource-management/#sec-disposeresources
 */
export class Disposer {
  readonly #stack: Disposable[] = []
  #error: unknown
  #failed = false

  /** Adds a resource and returns it. */
  use<T extends object | null | undefined>(resource: T, isAsync: boolean): T {
    if (resource != null) {
      const methods = resource as Readonly<Record<symbol, (() => unknown) | undefined>>
      const { asyncDispose, dispose } = engine.Symbol
      const asyncMethod = isAsync ? methods[asyncDispose] : undefined
      const method = asyncMethod ?? methods[dispose]
      if (typeof method !== 'function') throw new TypeError('The resource has no dispose method')
      this.#stack.push({ resource, dispose: method, awaits: asyncMethod != null, isAsync })
    } else if (isAsync) this.#stack.push({ isAsync })
    return resource
  }

  /** To be called when the block has thrown an error. */
  fail(error: unknown): void {
    this.#error = error
    this.#failed = true
  }

  /** Removes and returns the next resource to dispose of: the one declared last. */
  next(): Disposable | undefined {
    return this.#stack.pop()
  }

  /** Calls the dispose method of a resource. Returns the value to await. */
  run({ resource, dispose, awaits }: Disposable): unknown {
    const result = dispose?.call(resource)
    return awaits ? result : undefined
  }

  /** To be called when a dispose method has thrown an error. */
  caught(error: unknown): void {
    this.#error = this.#failed
      ? new engine.SuppressedError(error, this.#error, 'An error was suppressed during disposal')
      : error
    this.#failed = true
  }

  /** To be called at the end of the block. Throws the error, if there is one. */
  end(): void {
    if (this.#failed) throw this.#error
  }
}

export function createDisposer(): Disposer {
  return new Disposer()
}

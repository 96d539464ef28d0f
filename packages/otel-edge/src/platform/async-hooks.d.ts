// The Workers types do not declare `node:` modules. These are the members of AsyncLocalStorage that this package uses.
declare module 'node:async_hooks' {
  export class AsyncLocalStorage<Store> {
    getStore(): Store | undefined
    run<Result>(store: Store, callback: () => Result): Result
    static snapshot(): <Args extends unknown[], Result>(
      callback: (...args: Args) => Result,
      ...args: Args
    ) => Result
  }
}

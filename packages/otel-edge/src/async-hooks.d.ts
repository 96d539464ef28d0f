// The Workers types leave `node:` modules out; this is the part of AsyncLocalStorage that is used here.
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

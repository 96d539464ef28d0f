/**
 * Runs `fn` as a user action of that name, for what no click or key says; returns what it returns. Where the
 * tracing script is missing it is run all the same.
 */
export function asAction<T>(name: string, fn: () => T): T {
  return window.throughline === undefined ? fn() : window.throughline.action(name, fn)
}

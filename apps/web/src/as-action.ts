/**
 * Runs `fn` as a user action with a name, for work that no click or key starts, and returns its result. Without the
 * tracing script, `fn` runs as well.
 */
export function asAction<T>(name: string, fn: () => T): T {
  return window.throughline === undefined ? fn() : window.throughline.action(name, fn)
}

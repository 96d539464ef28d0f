export type OtelVariables = Readonly<Record<string, unknown>>

/** The properties of an environment whose names start with `OTEL_`. */
function pick(env: object): OtelVariables {
  const names = Object.keys(env).filter((name) => name.startsWith('OTEL_'))
  return Object.fromEntries(names.map((name) => [name, Reflect.get(env, name)]))
}

/** The `OTEL_*` variables in `process.env`. Empty when there is no process, or no permission to read its variables. */
export function processVariables(): OtelVariables {
  try {
    return pick((globalThis as { process?: { env?: object } }).process?.env ?? {})
  } catch {
    // Deno throws without --allow-env: https://docs.deno.com/runtime/fundamentals/security/
    return {}
  }
}

/**
 * The `OTEL_*` variables that configure a worker. They are read from `env` or, if it contains none, from `process.env`. On
 * Node.js, Bun, Deno and Lambda, Hono's `c.env` contains objects of the server instead of variables.
 *
 * @param ofProcess returns the variables of the process. Default: reads `process.env`.
 */
export function otelVariables(env: object, ofProcess: () => OtelVariables = processVariables): OtelVariables {
  const own = pick(env)
  return Object.keys(own).length > 0 ? own : ofProcess()
}

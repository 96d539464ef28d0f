/** A class that the runtime constructs with `ctx` and `env`. */
export type WorkerClass = new (ctx: never, env: never) => object

/**
 * Creates a class that extends `Base` and has its name and length. Its constructor returns the result of `construct`. The
 * `class` syntax is not used, since `super()` cannot be called within a callback.
 */
export function extendClass<Class extends WorkerClass>(
  Base: Class,
  construct: (args: readonly unknown[], target: new () => object) => object,
): Class {
  const Extended = unnamed(function (this: unknown, ...args: unknown[]) {
    return construct(args, new.target as unknown as new () => object)
  })
  Object.setPrototypeOf(Extended, Base)
  Extended.prototype = Object.create(Base.prototype as object, {
    constructor: { value: Extended, writable: true, configurable: true },
  })
  Object.defineProperties(Extended, { name: { value: Base.name }, length: { value: Base.length } })
  return Extended as unknown as Class
}

/**
 * Returns its argument: a function expression that is an argument does not get the name of a variable. In stack traces, V8
 * shows the name in the source and, only without one, the property `name`.
 */
function unnamed<Value>(value: Value): Value {
  return value
}

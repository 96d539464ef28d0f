/**
 * Methods and getters of a class and of the classes that it extends, up to the first class that is native to the runtime.
 *
 * @param end the prototype to stop at, if it comes before a native class. Default: none.
 */
export function propertiesOf(prototype: object, end?: object): Map<string, PropertyDescriptor> {
  const properties = new Map<string, PropertyDescriptor>()
  for (
    let current = prototype;
    current !== end && !isPlatformClass(current);
    current = Object.getPrototypeOf(current) as object
  ) {
    for (const name of Object.getOwnPropertyNames(current)) {
      const property = Object.getOwnPropertyDescriptor(current, name)
      const isTraceable = typeof property?.value === 'function' || property?.get
      if (property && isTraceable && name !== 'constructor' && !properties.has(name)) {
        properties.set(name, property)
      }
    }
  }
  return properties
}

function isPlatformClass(prototype: object | null): boolean {
  return (
    prototype === null ||
    prototype === Object.prototype ||
    /\[native code\]/.test(Function.prototype.toString.call(prototype.constructor))
  )
}

import { isObject } from './is-object.ts'

/** Constructs the object that it gets, so that a derived class adds its private fields to that object. */
class Same {
  constructor(target: object) {
    // biome-ignore lint/correctness/noConstructorReturn: the only way to add a private field to an object of the runtime.
    return target
  }
}

/**
 * State in a private field of an object of the runtime, where it is invisible to the app. A `WeakMap` would take more time, and
 * its entries slow down the garbage collector.
 */
class Attached extends Same {
  #state: object | undefined

  static stateOf(target: unknown): object | undefined {
    return isObject(target) && #state in target ? target.#state : undefined
  }

  static attach(target: object, state: object): boolean {
    const isKnown = #state in target
    const attached = isKnown ? target : (new Attached(target) as Attached)
    attached.#state = state
    return isKnown
  }
}

/** The state of an object; `undefined` for other values. */
export const stateOf: (target: unknown) => object | undefined = Attached.stateOf

/** Attaches state to an object, or replaces its state. Returns whether it had one. */
export const attachState: (target: object, state: object) => boolean = Attached.attach

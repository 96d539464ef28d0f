import type { Sdk } from '../core/sdk.ts'

/** The name of a binding in the environment, and the SDK that traces it. */
export interface Binding {
  readonly name: string
  readonly sdk: Sdk
}

/** How one kind of runtime object is traced. Methods and properties that are not listed are unchanged. */
export interface BindingInstrumentation {
  /** Instruments bindings of this class. */
  readonly className?: string
  /** Instruments bindings that have all of these methods, for classes whose name differs by platform. */
  readonly methods?: readonly string[]
  /** Methods that return traced objects. */
  readonly returns?: Readonly<Record<string, (args: readonly unknown[]) => BindingInstrumentation>>
  /** Returns the replacement of a method; `undefined` for methods that are not replaced. */
  readonly overrides?: (
    target: object,
    method: string,
    binding: Binding,
  ) => ((...args: never[]) => unknown) | undefined
  /** Returns the replacement of a property or remote method, in a list; `undefined` for those that are not replaced. */
  readonly replace?: (
    target: object,
    key: string,
    value: object,
    binding: Binding,
  ) => readonly [replacement: unknown] | undefined
}

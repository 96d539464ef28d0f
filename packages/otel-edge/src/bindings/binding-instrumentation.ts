import type { Sdk } from '../core/sdk.ts'
import type { ClientSpan } from './client-span.ts'

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
  /** Describes the spans of method calls, by the names of the methods. */
  readonly spans?: Readonly<Record<string, (binding: Binding, args: readonly unknown[]) => ClientSpan>>
  /** Methods that return traced objects. */
  readonly returns?: Readonly<Record<string, (args: readonly unknown[]) => BindingInstrumentation>>
  /** Properties that are traced objects. */
  readonly properties?: Readonly<Record<string, BindingInstrumentation>>
  /** Returns the replacement of a method, which propagates the context; `undefined` for methods that are not replaced. */
  readonly overrides?: (
    target: object,
    method: string,
    binding: Binding,
  ) => ((...args: never[]) => unknown) | undefined
  /** The new values of properties that are replaced. */
  readonly values?: Readonly<Record<string, unknown>>
  /** Returns the wrapper of a remote property of an RPC stub, which can be of any type; `undefined` for local properties. */
  readonly remote?: (target: object, key: string, binding: Binding) => unknown
}

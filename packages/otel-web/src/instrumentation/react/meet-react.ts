// biome-ignore-all lint/suspicious/noDoubleEquals: part of the loader, where each byte counts
// biome-ignore-all lint/suspicious/noAssignInExpressions: as above
// biome-ignore-all lint/complexity/noCommaOperator: as above
import type { DevToolsHook, Dispatcher, DispatcherRef, Hook } from './react-internals.ts'

/**
 * The React of the page, and the functions that the chunk sets here when it is loaded. Names that end in `_` are
 * mangled by the build.
 */
export interface MetReact {
  readonly devTools_: DevToolsHook
  /** The object that holds React's current dispatcher. If the page has several copies of React, the last one. */
  ref_?: DispatcherRef
  /** Replacements of React's dispatchers. */
  tables_: WeakMap<Dispatcher, Dispatcher>
  /** Creates the replacement of one hook, once for each dispatcher. */
  hook_: (real: Hook, name: string) => Hook
  /** Calls a setter, or the `subscribe` function of a store. `name` is the name of the hook. */
  call_: (name: string, real: Hook, argument: unknown) => unknown
  /** Returns the wrapper of such a function. It is always the same one. */
  standIn_: (real: Hook, name: string) => Hook
  /** True when the chunk is connected. */
  isFollowed_?: boolean
  /** Whether the dispatcher was read since it was last set. */
  isRead_?: unknown
  /** Called when React sets a dispatcher. Returns the value that React reads afterwards. */
  set_: (next: Dispatcher | null | undefined, own?: Record<string, Hook>) => Dispatcher | null | undefined
}

/**
 * Patches React before it renders, by way of the global hook of React DevTools, which it creates if necessary. All
 * hooks of all components are called through this code.
 *
 * Until the chunk is loaded, this code only wraps setters and `subscribe` functions, because their identity must not
 * change after the first render.
 */
export function meetReact(): MetReact {
  const name = '__REACT_DEVTOOLS_GLOBAL_HOOK__'
  /** The wrappers of setters and of `subscribe` functions. */
  const standIns = new WeakMap<Hook, Hook>()
  const page = window as unknown as Record<string, DevToolsHook>
  const devTools =
    page[name] ||
    // React DevTools install themselves only if `window` has no such property of its own, so the prototype gets it.
    ((Window.prototype as unknown as typeof page)[name] = {
      supportsFiber: 1 as never,
      renderers: [],
      // React Refresh calls it without a check. `String` does nothing with the id that it is passed.
      onCommitFiberRoot: String as never,
    })
  const met: MetReact = {
    call_: (_, real, argument) => real(argument),
    tables_: new WeakMap(),
    set_(next, own) {
      // Outside of components React sets a dispatcher whose hooks are all one function, which throws.
      if (next?.useState == next?.useEffect) return next
      own = met.tables_.get(next as Dispatcher) as Record<string, Hook>
      if (!own) {
        met.tables_.set(next as Dispatcher, (own = {})).set(own, own)
        for (const name in next) own[name] = met.hook_(next[name] as Hook, name)
      }
      return own
    },
    devTools_: devTools,
    hook_(real, name) {
      // useState, useReducer, useOptimistic, useActionState, useFormState, useTransition, useSyncExternalStore
      const found = /te$|du|Op|eT|(Sy)/.exec(name)
      return found
        ? (...args) => {
            if (found[1]) args[0] = met.standIn_(args[0] as Hook, name)
            const result = real(...args) as Hook[]
            // The state hook that React gives to a `<form action>` has no setter: `ensureFormComponentIsStateful`.
            if (!found[1] && result[1]) result[1] = met.standIn_(result[1], name)
            return result
          }
        : real
    },
    standIn_(real, name) {
      if (!standIns.has(real)) standIns.set(real, (argument) => met.call_(name, real, argument))
      return standIns.get(real) as Hook
    },
  }
  const { inject } = devTools
  devTools.inject = (internals) => {
    try {
      const ref = internals.currentDispatcherRef
      const key = 'current' in ref ? 'current' : 'H'
      let value = ref[key]
      // Versions from 20 on are unknown, so they are left alone. In versions before 17 the tree has other fields, so
      // nothing is found.
      if (internals.version < '2') {
        // Throws if another tool has defined an accessor that cannot be configured.
        met.ref_ = Object.defineProperty(ref, key, {
          // Other tools must be able to redefine it.
          configurable: 1 as never,
          get: () => ((met.isRead_ = 1), value),
          set(next) {
            value = met.set_(next)
            met.isRead_ = 0
          },
        })
      }
    } catch {}
    // The id of the renderer is a value that no other renderer has.
    return inject?.call(devTools, internals) ?? internals
  }
  return met
}

// biome-ignore-all lint/correctness/useExhaustiveDependencies: effects run when what they look at changes, and at no other time
// biome-ignore-all lint/correctness/noComponentHookFactories: a pattern makes its component, once
import * as React from 'react'
import { type Owner, sleep } from '../flow.ts'

const { createElement: h, useEffect, useLayoutEffect, useMemo, useReducer, useState } = React

/** The work of an action, which is called with its name in its context. */
export type Act = (name: Owner) => unknown
/** Records that this code runs, and its owner. */
type See = (where: string, right: Owner | undefined) => void

/** A component and the action on it. */
export interface ReactPattern {
  readonly name: string
  /** The places that an action reaches. */
  readonly places: readonly string[]
  readonly needs?: keyof typeof React
  /** React says so on the console: an error boundary, for instance. */
  readonly component: (see: See, onAct: (act: Act) => void) => React.ComponentType
}

type Named = { readonly by: Owner } | undefined
type Set = (value: Named) => void

/** An effect that depends on one value, the owner of its work. */
function useSeen(see: See, where: string, value: Named): void {
  useEffect(() => {
    if (value) see(where, value.by)
  }, [value])
}

function Child({ see, value, where = 'effect' }: { see: See; value: Named; where?: string }): null {
  useSeen(see, where, value)
  return null
}

/** A pattern with one state and one effect, that differ in how the state is set. */
function setting(
  name: string,
  set: (set: Set, by: Owner) => unknown,
  needs?: keyof typeof React,
): ReactPattern {
  return {
    name,
    places: ['effect', 'layout effect', 'effect of a child'],
    ...(needs ? { needs } : {}),
    component: (see, onAct) => () => {
      const [value, setValue] = useState<Named>()
      onAct((by) => set(setValue, by))
      useSeen(see, 'effect', value)
      useLayoutEffect(() => {
        if (value) see('layout effect', value.by)
      }, [value])
      return h(Child, { see, value, where: 'effect of a child' })
    },
  }
}

function createStore<T>(initial: T) {
  let value = initial
  const listeners = new Set<() => void>()
  return {
    get: () => value,
    set(next: T) {
      value = next
      for (const listener of listeners) listener()
    },
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** A cache of queries as the libraries have it: an observer that is subscribed to fetches. */
function useQuery(see: See, by: Owner): void {
  const [observer] = useState(() => createStore(0))
  const subscribe = React.useCallback(
    (listener: () => void) => {
      see('query', by)
      return observer.subscribe(listener)
    },
    [observer],
  )
  React.useSyncExternalStore(subscribe, observer.get)
}

function Page({ see, by }: { see: See; by: Owner }): React.ReactNode {
  useEffect(() => see('effect of the page', by), [])
  return h(Widget, { see, by })
}

function Widget({ see, by }: { see: See; by: Owner }): null {
  useQuery(see, by)
  return null
}

class Boundary extends React.Component<{
  fallback: (error: Named) => React.ReactNode
  children?: React.ReactNode
}> {
  override state: { error: Named } = { error: undefined }
  static getDerivedStateFromError(error: Named) {
    return { error }
  }
  override render() {
    return this.state.error ? this.props.fallback(this.state.error) : this.props.children
  }
}

export const PATTERNS: readonly ReactPattern[] = [
  setting('setState in the handler', (set, by) => set({ by })),
  setting('setState after an await', async (set, by) => {
    await sleep(3)
    set({ by })
  }),
  setting('an updater function after an await', async (set, by) => {
    await sleep(3)
    ;(set as React.Dispatch<React.SetStateAction<Named>>)(() => ({ by }))
  }),
  setting('setState in a timer', (set, by) => setTimeout(() => set({ by }), 3)),
  setting('setState after a fetch', async (set, by) => {
    await (await fetch('/json?delay=2')).json()
    set({ by })
  }),
  setting('startTransition', (set, by) => React.startTransition(() => set({ by })), 'startTransition'),
  setting(
    'startTransition after an await',
    async (set, by) => {
      await sleep(3)
      React.startTransition(() => set({ by }))
    },
    'startTransition',
  ),
  setting(
    'an async transition',
    (set, by) =>
      React.startTransition(async () => {
        await sleep(3)
        React.startTransition(() => set({ by }))
      }),
    'use',
  ),
  {
    name: 'a reducer, after an await',
    places: ['effect'],
    component: (see, onAct) => () => {
      const [value, dispatch] = useReducer((_: Named, by: Owner): Named => ({ by }), undefined)
      onAct(async (by) => {
        await sleep(3)
        dispatch(by)
      })
      useSeen(see, 'effect', value)
      return null
    },
  },
  {
    // Each pattern has a root of its own, beside those of the patterns before it.
    name: 'an insertion effect, with several roots',
    places: ['insertion effect'],
    needs: 'useInsertionEffect',
    component: (see, onAct) => () => {
      const [value, setValue] = useState<Named>()
      onAct(async (by) => {
        await sleep(3)
        setValue({ by })
      })
      React.useInsertionEffect(() => {
        if (value) see('insertion effect', value.by)
      }, [value])
      return null
    },
  },
  {
    name: 'a context, below a component that does not render',
    places: ['effect'],
    component: (see, onAct) => {
      const Value = React.createContext<Named>(undefined)
      const Consumer = () => {
        useSeen(see, 'effect', React.useContext(Value))
        return null
      }
      const Between = React.memo(() => h(Consumer))
      return () => {
        const [value, setValue] = useState<Named>()
        onAct(async (by) => {
          await sleep(3)
          setValue({ by })
        })
        return h(Value.Provider, { value }, h(Between))
      }
    },
  },
  {
    name: 'memo and forwardRef below',
    places: ['memo', 'forwardRef'],
    component: (see, onAct) => {
      const Memo = React.memo(({ value }: { value: Named }) => {
        useSeen(see, 'memo', value)
        return null
      })
      const Forward = React.forwardRef<unknown, { value: Named }>(({ value }, _) => {
        useSeen(see, 'forwardRef', value)
        return null
      })
      return () => {
        const [value, setValue] = useState<Named>()
        onAct(async (by) => {
          await sleep(3)
          setValue({ by })
        })
        return h('div', null, h(Memo, { value }), h(Forward, { value }))
      }
    },
  },
  {
    name: 'a component that is mounted after an await',
    places: ['effect of the page', 'query'],
    needs: 'useSyncExternalStore',
    component: (see, onAct) => () => {
      const [value, setValue] = useState<Named>()
      onAct(async (by) => {
        await sleep(3)
        setValue({ by })
      })
      return value ? h(Page, { see, by: value.by, key: value.by }) : null
    },
  },
  {
    name: "a router's link to a page that fetches",
    places: ['effect of the page', 'query'],
    needs: 'useSyncExternalStore',
    component: (see, onAct) => () => {
      const [location, setLocation] = useState<Named>()
      const shown = useMemo(() => location, [location])
      onAct((by) => React.startTransition(() => setLocation({ by })))
      return shown ? h(Page, { see, by: shown.by, key: shown.by }) : null
    },
  },
  {
    name: 'a page after its loader',
    places: ['loader', 'effect of the page', 'query'],
    needs: 'useSyncExternalStore',
    component: (see, onAct) => {
      const router = createStore<Named>(undefined)
      return () => {
        const [state, setState] = useState(router.get)
        useLayoutEffect(() => router.subscribe(() => React.startTransition(() => setState(router.get()))), [])
        onAct(async (by) => {
          await fetch('/json?delay=2')
          see('loader', by)
          router.set({ by })
        })
        return state ? h(Page, { see, by: state.by, key: state.by }) : null
      }
    },
  },
  {
    name: 'an external store',
    places: ['effect'],
    needs: 'useSyncExternalStore',
    component: (see, onAct) => {
      const store = createStore<Named>(undefined)
      return () => {
        onAct(async (by) => {
          await sleep(3)
          store.set({ by })
        })
        useSeen(see, 'effect', React.useSyncExternalStore(store.subscribe, store.get))
        return null
      }
    },
  },
  {
    name: 'a component that is loaded lazily',
    places: ['effect of the lazy component'],
    component: (see, onAct) => {
      const lazies = new Map<Owner, React.ComponentType<{ value: Named }>>()
      const lazy = (by: Owner) => {
        const known =
          lazies.get(by) ??
          React.lazy(async () => {
            await sleep(3)
            return {
              default: ({ value }: { value: Named }) => {
                useSeen(see, 'effect of the lazy component', value)
                return null
              },
            }
          })
        lazies.set(by, known)
        return known
      }
      return () => {
        const [value, setValue] = useState<Named>()
        onAct((by) => setValue({ by }))
        return h(
          React.Suspense,
          { fallback: null, key: value?.by ?? '' },
          value && h(lazy(value.by), { value }),
        )
      }
    },
  },
  {
    name: 'useDeferredValue',
    places: ['effect'],
    needs: 'useDeferredValue',
    component: (see, onAct) => {
      const Shows = React.memo(({ value }: { value: Named }) => {
        useSeen(see, 'effect', value)
        return null
      })
      return () => {
        const [value, setValue] = useState<Named>()
        onAct((by) => setValue({ by }))
        return h(Shows, { value: React.useDeferredValue(value) })
      }
    },
  },
  {
    name: 'use() of a promise that an action made',
    places: ['effect'],
    needs: 'use',
    component: (see, onAct) => {
      const Shows = ({ promise }: { promise: Promise<Named> }) => {
        useSeen(see, 'effect', React.use(promise))
        return null
      }
      return () => {
        const [promise, setPromise] = useState<Promise<Named>>()
        onAct((by) => setPromise(sleep(3).then(() => ({ by }))))
        return h(React.Suspense, { fallback: null }, promise && h(Shows, { promise }))
      }
    },
  },
  {
    // React repeats the render in a microtask, without the update.
    name: 'use of a promise that has resolved, in the component that sets it',
    places: ['effect'],
    needs: 'use',
    component: (see, onAct) => {
      const Shows = () => {
        const [promise, setPromise] = useState<Promise<Named>>()
        onAct((by) => React.startTransition(() => setPromise(Promise.resolve({ by }))))
        useSeen(see, 'effect', promise && React.use(promise))
        return null
      }
      return () => h(React.Suspense, { fallback: null }, h(Shows))
    },
  },
  {
    name: 'a load in render, in a transition',
    places: ['load', 'effect'],
    needs: 'use',
    component: (see, onAct) => {
      const loads = new Map<Owner, Promise<Named>>()
      const load = (by: Owner) => {
        if (!loads.has(by)) {
          see('load', by)
          loads.set(
            by,
            sleep(3).then(() => ({ by })),
          )
        }
        return loads.get(by) as Promise<Named>
      }
      const Shows = ({ by }: { by: Owner }) => {
        useSeen(see, 'effect', React.use(load(by)))
        return null
      }
      return () => {
        const [value, setValue] = useState<Named>()
        onAct((by) => React.startTransition(() => setValue({ by })))
        return h(React.Suspense, { fallback: null }, value && h(Shows, { by: value.by, key: value.by }))
      }
    },
  },
  {
    name: 'useActionState',
    places: ['action', 'action, after an await', 'effect'],
    needs: 'useActionState',
    component: (see, onAct) => () => {
      const [state, run] = React.useActionState(async (_: Named, by: Owner): Promise<Named> => {
        see('action', by)
        await sleep(3)
        see('action, after an await', by)
        return { by }
      }, undefined)
      onAct((by) => React.startTransition(() => run(by)))
      useSeen(see, 'effect', state)
      return null
    },
  },
  {
    name: 'useOptimistic',
    places: ['effect of the optimistic state', 'effect'],
    needs: 'useOptimistic',
    component: (see, onAct) => () => {
      const [value, setValue] = useState<Named>()
      const [shown, show] = React.useOptimistic(value)
      onAct((by) =>
        React.startTransition(async () => {
          const optimistic = { by, isOptimistic: true }
          show(optimistic)
          await sleep(3)
          React.startTransition(() => setValue({ by }))
        }),
      )
      useEffect(() => {
        if (shown && 'isOptimistic' in shown) see('effect of the optimistic state', shown.by)
      }, [shown])
      useSeen(see, 'effect', value)
      return null
    },
  },
  {
    name: 'useTransition: while it is pending',
    places: ['pending', 'effect'],
    needs: 'useTransition',
    component: (see, onAct) => () => {
      const [value, setValue] = useState<Named>()
      const [isPending, start] = React.useTransition()
      const by = React.useRef<Owner>('')
      onAct((name) => {
        by.current = name
        start(() => setValue({ by: name }))
      })
      // By the time of the effect, the next action may have started as well.
      const startedBy = by.current
      useEffect(() => {
        if (isPending) see('pending', startedBy)
      }, [isPending])
      useSeen(see, 'effect', value)
      return null
    },
  },
  {
    name: 'a class component, after an await',
    places: ['effect of a child'],
    component: (see, onAct) =>
      class extends React.Component {
        override state: { value: Named } = { value: undefined }
        override render() {
          onAct(async (by) => {
            await sleep(3)
            this.setState({ value: { by } })
          })
          return h(Child, { see, value: this.state.value, where: 'effect of a child' })
        }
      },
  },
  {
    name: 'an error boundary',
    places: ['effect of the fallback'],
    component: (see, onAct) => {
      const Throws = ({ value }: { value: Named }): null => {
        if (value) throw value
        return null
      }
      return () => {
        const [value, setValue] = useState<Named>()
        onAct(async (by) => {
          await sleep(3)
          setValue({ by })
        })
        return h(
          Boundary,
          {
            key: value?.by ?? '',
            fallback: (error: Named) => h(Child, { see, value: error, where: 'effect of the fallback' }),
          },
          h(Throws, { value }),
        )
      }
    },
  },
  {
    name: 'the clean-up of an effect, after an await',
    places: ['clean-up'],
    component: (see, onAct) => {
      const Leaves = ({ shown }: { shown: { readonly current: Named } }) => {
        useEffect(() => () => see('clean-up', shown.current?.by), [])
        return null
      }
      return () => {
        const [value, setValue] = useState<Named>()
        // By the time of the clean-up, whose value React shows.
        const shown = React.useRef<Named>(undefined)
        useLayoutEffect(() => {
          shown.current = value
        }, [value])
        onAct(async (by) => {
          await sleep(3)
          setValue({ by })
        })
        return h(Leaves, { shown, key: value?.by ?? '' })
      }
    },
  },
  {
    name: 'an effect that sets state for another effect',
    places: ['first effect', 'second effect'],
    component: (see, onAct) => () => {
      const [value, setValue] = useState<Named>()
      const [second, setSecond] = useState<Named>()
      onAct(async (by) => {
        await sleep(3)
        setValue({ by })
      })
      useEffect(() => {
        if (!value) return
        see('first effect', value.by)
        setTimeout(() => setSecond({ by: value.by }), 1)
      }, [value])
      useSeen(see, 'second effect', second)
      return null
    },
  },
]

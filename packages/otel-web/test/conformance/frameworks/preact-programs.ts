// biome-ignore-all lint/correctness/noComponentHookFactories: made once for each program
// biome-ignore-all lint/correctness/useExhaustiveDependencies: effects run when what they look at changes, and at no other time
import { Component, type ComponentType, createContext, h, render } from 'preact'
import { lazy, Suspense, useSyncExternalStore } from 'preact/compat'
import { useContext, useEffect, useErrorBoundary, useLayoutEffect, useReducer, useState } from 'preact/hooks'
import type { Owner } from '../flow.ts'
import { sleep } from '../flow.ts'
import { type Look, type Program, place } from './program.ts'

type Owned = Owner | undefined
type Setters = ((owner: Owner) => unknown)[]
interface OwnState {
  readonly nth: number
}

/** A program of two components, each with a state that one action sets. */
function program(
  name: string,
  places: readonly string[],
  create: (look: Look, setters: Setters) => ComponentType<OwnState>,
  pauseMillis?: number,
): Program {
  return {
    name,
    places,
    start(look) {
      const setters: Setters = []
      const Own = create(look, setters)
      render(h('div', null, h(Own, { nth: 0 }), h(Own, { nth: 1 })), place())
      return async (nth, action) => {
        if (pauseMillis) await sleep(pauseMillis)
        setters[nth]?.(action)
      }
    },
  }
}

function Seen({ look, where, owner }: { look: Look; where: string; owner: Owned }) {
  useEffect(() => look(where, owner), [owner])
  return h('b', null, owner)
}

const components = (look: Look, setters: Setters) =>
  function Parent({ nth }: OwnState) {
    const [owner, set] = useState<Owner>()
    setters[nth] = set
    useEffect(() => look('effect', owner), [owner])
    useLayoutEffect(() => look('layout effect', owner), [owner])
    return owner ? h(Seen, { look, where: 'effect of a child', owner }) : h('i', null)
  }

const COMPONENT_PLACES = ['effect', 'layout effect', 'effect of a child']

export const SIMPLE_PROGRAMS: readonly Program[] = [
  program('components', COMPONENT_PLACES, components),
  program('components, after an await of its own', COMPONENT_PLACES, components, 2),
]

export const PROGRAMS: readonly Program[] = [
  ...SIMPLE_PROGRAMS,
  program('a reducer', ['effect'], (look, setters) => ({ nth }) => {
    const [owner, dispatch] = useReducer((_: Owned, action: Owned) => action, undefined)
    setters[nth] = dispatch
    return h(Seen, { look, where: 'effect', owner })
  }),
  program('two states of one component', ['effect'], (look, setters) => {
    const useOwn = (nth: number) => {
      const [owner, set] = useState<Owner>()
      setters[nth] = set
      useEffect(() => look('effect', owner), [owner])
    }
    // Of two such components the last one has both setters.
    return () => {
      useOwn(0)
      useOwn(1)
      return null
    }
  }),
  program('a state below another', ['effect'], (look, setters) => {
    const Below = () => {
      const [owner, set] = useState<Owner>()
      setters[1] = set
      return h(Seen, { look, where: 'effect', owner })
    }
    return ({ nth }) => {
      const [owner, set] = useState<Owner>()
      if (nth > 0) return null
      setters[0] = set
      return h('i', null, h(Seen, { look, where: 'effect', owner }), h(Below, null))
    }
  }),
  program('a render', ['render'], (look, setters) => ({ nth }) => {
    const [owner, set] = useState<Owner>()
    setters[nth] = set
    look('render', owner)
    return null
  }),
  program('a class', ['componentDidUpdate', 'componentDidMount of a child', 'callback'], (look, setters) => {
    class Child extends Component<{ owner: Owner }> {
      override componentDidMount() {
        look('componentDidMount of a child', this.props.owner)
      }
      override render() {
        return h('b', null)
      }
    }
    return class extends Component<OwnState, { owner: Owned }> {
      override componentDidMount() {
        setters[this.props.nth] = (owner) => this.setState({ owner }, () => look('callback', owner))
      }
      override componentDidUpdate() {
        look('componentDidUpdate', this.state.owner)
      }
      override render() {
        const { owner } = this.state
        return owner ? h(Child, { owner }) : null
      }
    }
  }),
  program('a context below a component that does not render', ['effect'], (look, setters) => {
    const Value = createContext<Owned>(undefined)
    const Consumer = () => h(Seen, { look, where: 'effect', owner: useContext(Value) })
    class Between extends Component {
      override shouldComponentUpdate() {
        return false
      }
      override render() {
        return h(Consumer, null)
      }
    }
    return ({ nth }) => {
      const [owner, set] = useState<Owner>()
      setters[nth] = set
      return h(Value.Provider, { value: owner }, h(Between, null))
    }
  }),
  program('clean-ups', ['clean-up', 'clean-up of a removed child'], (look, setters) => {
    const latest: Owned[] = []
    const Child = ({ nth }: OwnState) => {
      useEffect(() => () => look('clean-up of a removed child', latest[nth]), [])
      return h('b', null)
    }
    return ({ nth }) => {
      const [owner, set] = useState<Owner>()
      setters[nth] = set
      latest[nth] = owner
      useEffect(() => () => look('clean-up', latest[nth]), [owner])
      return owner ? null : h(Child, { nth })
    }
  }),
  program('an external store', ['effect'], (look, setters) => {
    const values: Owned[] = []
    const listeners = new Set<() => void>()
    const subscribe = (listener: () => void) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    }
    return ({ nth }) => {
      setters[nth] = (owner) => {
        values[nth] = owner
        for (const listener of listeners) listener()
      }
      return h(Seen, { look, where: 'effect', owner: useSyncExternalStore(subscribe, () => values[nth]) })
    }
  }),
  program('an error boundary', ['effect of the boundary'], (look, setters) => {
    const Child = ({ nth }: OwnState) => {
      const [owner, set] = useState<Owner>()
      setters[nth] = set
      if (owner) throw owner
      return null
    }
    return ({ nth }) => {
      const [failed] = useErrorBoundary()
      return h(
        'i',
        null,
        h(Seen, { look, where: 'effect of the boundary', owner: failed as Owned }),
        failed ? null : h(Child, { nth }),
      )
    }
  }),
  program('a component that is loaded lazily', ['effect'], (look, setters) => {
    const lazies = [0, 1].map(() => lazy(() => sleep(3).then(() => ({ default: Seen }))))
    return ({ nth }) => {
      const [owner, set] = useState<Owner>()
      setters[nth] = set
      const Lazy = lazies[nth] as typeof Seen
      return h(Suspense, { fallback: null }, owner ? h(Lazy, { look, where: 'effect', owner }) : null)
    }
  }),
]

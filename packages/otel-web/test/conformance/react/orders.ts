// biome-ignore-all lint/correctness/noComponentHookFactories: a pattern makes its component, once
// biome-ignore-all lint/correctness/useExhaustiveDependencies: effects run when what they look at changes, and at no other time
import * as React from 'react'
import * as ReactDom from 'react-dom'
import { NO_OWNER, type Owner, sleep } from '../flow.ts'
import { act, type Look, look, looks } from './start.ts'
import { mount } from './versions/root-client.ts'

const { createElement: h, useEffect, useLayoutEffect, useReducer, useState } = React

/** The value of a store. Each write changes one field and keeps the others. */
interface Fields {
  readonly first?: Owner
  readonly second?: Owner
  readonly poll?: Owner
}

/** How a component takes the value of a store into its state. */
const READERS = ['value', 'updater', 'reducer', 'class', 'version', 'useSyncExternalStore'] as const
/** How the two actions schedule their updates. */
const PRIORITIES = ['default', 'transition', 'flushSync'] as const
/** What a poll, code without an action, updates meanwhile. */
const POLLED = ['nothing', 'the store', 'the component', 'its parent', 'its child', 'another root'] as const
/** When it does so: before the first action, between the two, or after them. */
const TURNS = [0, 1, 2] as const

interface Order {
  readonly name: string
  readonly reader: (typeof READERS)[number]
  readonly priorities: readonly (typeof PRIORITIES)[number][]
  readonly polled: (typeof POLLED)[number]
  readonly turn: (typeof TURNS)[number]
}

/** All orders in which two actions and a poll update one component before React renders it. */
function allOrders(): Order[] {
  const orders: Order[] = []
  for (const reader of READERS) {
    for (const first of PRIORITIES) {
      for (const second of PRIORITIES) {
        for (const polled of POLLED) {
          for (const turn of polled === 'nothing' ? ([0] as const) : TURNS) {
            const name = `${reader}, ${first} then ${second}, poll ${turn} of ${polled}`
            orders.push({ name, reader, priorities: [first, second], polled, turn })
          }
        }
      }
    }
  }
  return orders.filter(({ reader }) => !reader.startsWith('use') || reader in React)
}

/** A store whose values hold what earlier writes have set, as the state of a router does. */
class Store {
  fields: Fields = {}
  version = 0
  readonly #listeners = new Set<() => void>()

  write(field: keyof Fields, by: Owner): void {
    this.fields = { ...this.fields, [field]: by }
    this.version++
    for (const listener of this.#listeners) listener()
  }

  readonly get = (): Fields => this.fields
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}

/** One order's component, with the functions that update parts of it. */
interface Stage {
  readonly store: Store
  readonly polls: Map<Order['polled'], (tick: number) => void>
  readonly see: (where: string, right: Owner) => void
}

/** A state that the poll sets. */
function usePolled({ polls }: Stage, polled: Order['polled']): number {
  const [tick, set] = useState(0)
  useLayoutEffect(() => void polls.set(polled, set), [])
  return tick
}

/** Effects that depend on one field, which one action has written. */
function useField({ see }: Stage, field: keyof Fields, by: Owner | undefined): void {
  useLayoutEffect(() => {
    if (by) see(`layout effect of ${field}`, by)
  }, [by])
  useEffect(() => {
    if (by) see(`effect of ${field}`, by)
  }, [by])
}

function Effects({ stage, fields }: { stage: Stage; fields: Fields }): null {
  usePolled(stage, 'its child')
  useField(stage, 'first', fields.first)
  useField(stage, 'second', fields.second)
  useField(stage, 'poll', fields.poll)
  return null
}

function useValue(store: Store): Fields {
  const [fields, set] = useState(store.get)
  useLayoutEffect(() => store.subscribe(() => set(store.get())), [])
  return fields
}

function useUpdater(store: Store): Fields {
  const [fields, set] = useState(store.get)
  useLayoutEffect(() => store.subscribe(() => set(() => store.get())), [])
  return fields
}

function useActions(store: Store): Fields {
  const [fields, dispatch] = useReducer((_: Fields, next: Fields) => next, store.get())
  useLayoutEffect(() => store.subscribe(() => dispatch(store.get())), [])
  return fields
}

/** The state tells React to render; the component reads the store itself. */
function useVersion(store: Store): Fields {
  const [, set] = useState(store.version)
  useLayoutEffect(() => store.subscribe(() => set(store.version)), [])
  return store.fields
}

function useStore(store: Store): Fields {
  return React.useSyncExternalStore(store.subscribe, store.get)
}

const HOOKS: Readonly<Record<string, (store: Store) => Fields>> = {
  value: useValue,
  updater: useUpdater,
  reducer: useActions,
  version: useVersion,
  useSyncExternalStore: useStore,
}

class ClassReader extends React.Component<{ stage: Stage }> {
  override state: Fields = {}
  override componentDidMount() {
    const { store } = this.props.stage
    store.subscribe(() => this.setState(store.get()))
  }
  override render() {
    return h(Effects, { stage: this.props.stage, fields: this.state })
  }
}

function createReader({ reader }: Order): React.ComponentType<{ stage: Stage }> {
  const useFields = HOOKS[reader]
  if (!useFields) return ClassReader
  return ({ stage }) => {
    usePolled(stage, 'the component')
    return h(Effects, { stage, fields: useFields(stage.store) })
  }
}

const SCHEDULE: Readonly<Record<Order['priorities'][number], (write: () => void) => void>> = {
  default: (write) => write(),
  transition: (write) => ('startTransition' in React ? React.startTransition(write) : write()),
  flushSync: (write) => ReactDom.flushSync(write),
}

export interface OrdersResult {
  readonly orders: number
  readonly looks: readonly Look[]
}

/** Runs the orders one after the other, each in its own root. Resolves when the effects of all have run. */
export async function runOrders(): Promise<OrdersResult> {
  const from = looks.length
  const orders = allOrders()
  for (const order of orders) await runOrder(order)
  if ('startTransition' in React) await runCopyOfPending()
  return { orders: orders.length, looks: looks.slice(from) }
}

async function runOrder(order: Order): Promise<void> {
  const { name, priorities, polled, turn } = order
  const expected = new Set(['effect of first', 'effect of second'])
  let mounted = () => {}
  let finished = () => {}
  const store = new Store()
  const see: Stage['see'] = (where, right) => {
    look(`${name}: ${where}`, right)
    expected.delete(where)
    if (expected.size === 0) finished()
  }
  const stage: Stage = { store, polls: new Map(), see }
  const Reader = createReader(order)
  const Parent = () => {
    usePolled(stage, 'its parent')
    useEffect(() => mounted(), [])
    return h(Reader, { stage })
  }
  const Other = () => {
    usePolled(stage, 'another root')
    return null
  }
  const renders = [Other, Parent].map((component) => {
    const render = mount(document.body.appendChild(document.createElement('div')))
    return { render, component }
  })
  await new Promise<void>((resolve) => {
    mounted = resolve
    for (const { render, component } of renders) render(h(component))
  })
  const poll = () => {
    if (polled === 'the store') store.write('poll', NO_OWNER)
    else stage.polls.get(polled)?.(1)
  }
  await new Promise<void>((resolve) => {
    finished = resolve
    ReactDom.unstable_batchedUpdates(() => {
      for (const [at, field] of (['first', 'second'] as const).entries()) {
        const schedule = SCHEDULE[priorities[at] ?? 'default']
        if (turn === at) poll()
        act(`${field} action`, () => schedule(() => store.write(field, `${field} action`)))
      }
      if (turn === 2) poll()
    })
  })
  for (const { render } of renders) render(null)
}

/** A state is set to a copy that holds a pending transition, after React has shown a later update of the state. */
async function runCopyOfPending(): Promise<void> {
  type Writers = readonly Owner[]
  let set: React.Dispatch<React.SetStateAction<Writers>> | undefined
  const Reader = () => {
    const [writers, setWriters] = useState<Writers>([])
    const [shown] = useState<{ writers: Writers }>({ writers: [] })
    useLayoutEffect(() => {
      const added = new Set(writers.slice(shown.writers.length))
      const [writer = NO_OWNER] = added
      look('copy of a pending transition: layout effect', added.size > 1 ? NO_OWNER : writer)
      shown.writers = writers
    }, [writers])
    useEffect(() => {
      set = setWriters
    }, [])
    return null
  }
  const render = mount(document.body.appendChild(document.createElement('div')))
  render(h(Reader))
  while (!set) await sleep(1)
  const setWriters = set
  const add = (by: Owner) => setWriters((writers) => [...writers, by])
  act('first', () => React.startTransition(() => add('first')))
  act('second', () => ReactDom.flushSync(() => add('second')))
  act('second', () => ReactDom.flushSync(() => setWriters(['second', 'first', 'second'])))
  render(null)
}

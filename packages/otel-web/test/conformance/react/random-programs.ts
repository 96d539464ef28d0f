// biome-ignore-all lint/correctness/useExhaustiveDependencies: effects run when what they look at changes, and at no other time
import * as fc from 'fast-check'
import * as React from 'react'
import { NO_OWNER, type Owner, sleep } from '../flow.ts'
import { act, counted, type Look, look, looks } from './start.ts'
import { mount } from './versions/root-client.ts'

const { createElement: h, useEffect, useLayoutEffect, useReducer, useRef, useState } = React

/**
 * The writes that a state consists of, in order. An updater function adds to what was there. A value begins anew, or is
 * copied from outside of React with all that was written before.
 */
type Log = readonly Entry[]
interface Entry {
  readonly by: Owner
  /** The number of React's commits before it was written. */
  readonly commit: number
}

/** One component of a random tree; it shows its children while its `open` state holds an even number of writes. */
interface Tree {
  readonly kind: 'function' | 'memo' | 'class'
  readonly children: readonly Tree[]
}

/** What a step of an action does to one of the components. */
type Write = 'set' | 'copy' | 'update' | 'reduce' | 'transition' | 'open' | 'store' | 'flushSync'

interface Step {
  readonly waitMillis: number
  readonly at: number
  readonly write: Write
}

interface Program {
  readonly tree: Tree
  readonly actions: readonly (readonly Step[])[]
  readonly poll: readonly Step[]
}

export interface ProgramsResult {
  readonly checks: number
  /** Checks whose commit shows the work of a single action, and how many of them had no context. */
  readonly alone: number
  readonly lost: number
  readonly wrong: readonly string[]
}

const WRITES: readonly Write[] = [
  'set',
  'copy',
  'update',
  'reduce',
  'transition',
  'open',
  'store',
  'flushSync',
]

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.record({
    kind: fc.constantFrom('function', 'function', 'memo', 'class'),
    children: fc.array(tie('tree'), { maxLength: 2 }),
  }) as fc.Arbitrary<Tree>,
}))
const step: fc.Arbitrary<Step> = fc.record({
  waitMillis: fc.constantFrom(-1, 0, 0, 1, 2, 4),
  at: fc.nat(6),
  write: fc.constantFrom(...WRITES),
})
const program: fc.Arbitrary<Program> = fc.record({
  tree,
  actions: fc.array(fc.array(step, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 5 }),
  poll: fc.array(step, { maxLength: 4 }),
})

/** Runs one random program for each seed, several at once would share React's passes. */
export async function runRandomPrograms(
  first: number,
  count: number,
  flushSync: (run: () => void) => void,
): Promise<ProgramsResult> {
  const result = { checks: 0, alone: 0, lost: 0, wrong: [] as string[] }
  for (let seed = first; seed < first + count; seed++) {
    const [sample] = fc.sample(program, { seed, numRuns: 1 })
    if (!sample) continue
    const from = looks.length
    await runProgram(sample, seed, flushSync)
    count_(looks.slice(from), seed, result)
  }
  return result
}

function count_(
  seen: readonly Look[],
  seed: number,
  result: { checks: number; alone: number; lost: number; wrong: string[] },
): void {
  for (const one of seen) {
    result.checks++
    if (one.seen !== one.right && one.seen !== NO_OWNER) {
      result.wrong.push(`seed ${seed}, commit ${one.commit}, ${one.where}: ${one.right}, not ${one.seen}`)
    }
    const together = seen.filter(({ commit }) => commit === one.commit)
    if (one.right === NO_OWNER || one.isMixed || together.some(({ right }) => right !== one.right)) continue
    result.alone++
    if (one.seen === NO_OWNER) result.lost++
  }
}

/**
 * The owner of the change of a state to `now`: its only writer. Undefined when React has only created the same
 * state again, with updates that it took earlier.
 */
function writerOf(before: Log, now: Log): Owner | undefined {
  const writers = new Set(now.filter((entry) => !before.includes(entry)).map(({ by }) => by))
  const [writer] = writers
  return writers.size > 1 ? NO_OWNER : writer
}

type Writer = Readonly<Record<'set' | 'copy' | 'update' | 'reduce' | 'open', (entry: Entry) => void>>

const Store = () => {
  let log: Log = []
  const listeners = new Set<() => void>()
  return {
    get: () => log,
    add(by: Owner) {
      log = [...log, { by, commit: counted.commits }]
      for (const listener of listeners) listener()
    },
    subscribe: (listener: () => void) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/**
 * Whether another action has written the state a few commits ago. Its update may be pending: who caused what a render
 * shows is then unknown.
 */
function isMixed(written: Log, right: Owner): boolean {
  return written.some(({ by, commit }) => by !== right && counted.commits - commit < 4)
}

interface NodeProps {
  readonly tree: Tree
  readonly above: Log
  /** All writes of the state above. */
  readonly writtenAbove: Log
  /** The owner of the mount of a node together with its parent. */
  readonly mountedBy: Owner
  readonly writers: Writer[]
  readonly store: ReturnType<typeof Store> | undefined
}

/** Looks at the context in the effects that depend on a log. */
function useLog(where: string, log: Log, mountedBy?: Owner, written: Log = []): void {
  const insertion = useRef<Log | undefined>(undefined)
  const layout = useRef<Log | undefined>(undefined)
  const passive = useRef<Log | undefined>(undefined)
  // React 17 has none.
  React.useInsertionEffect?.(() => {
    const right = insertion.current ? writerOf(insertion.current, log) : mountedBy
    if (right) look(`${where}, insertion`, right, { ahead: 1, isMixed: isMixed(written, right) })
    insertion.current = log
  }, [log])
  useLayoutEffect(() => {
    const right = layout.current ? writerOf(layout.current, log) : mountedBy
    if (right) look(`${where}, layout`, right, { ahead: 1, isMixed: isMixed(written, right) })
    layout.current = log
  }, [log])
  useEffect(() => {
    const right = passive.current ? writerOf(passive.current, log) : mountedBy
    if (right) look(`${where}, passive`, right, { isMixed: isMixed(written, right) })
    passive.current = log
  }, [log])
}

function Node({ tree, above, writtenAbove, mountedBy, writers, store }: NodeProps): React.ReactNode {
  const [own, setOwn] = useState<Log>([])
  const [reduced, dispatch] = useReducer((log: Log, entry: Entry): Log => [...log, entry], [])
  const [open, setOpen] = useState<Log>([])
  const isMounted = useRef(false)
  const shownOpen = useRef<Log>([])
  const [written] = useState<Entry[]>([])
  const [writer] = useState<Writer>(() => {
    let all: Log = []
    return {
      set(entry) {
        written.push(entry)
        all = [entry]
        setOwn(all)
      },
      copy(entry) {
        written.push(entry)
        all = [...all, entry]
        setOwn(all)
      },
      update(entry) {
        written.push(entry)
        all = [...all, entry]
        setOwn((log) => [...log, entry])
      },
      reduce: dispatch,
      open: (entry) => setOpen((log) => [...log, entry]),
    }
  })
  useLayoutEffect(() => {
    writers.push(writer)
    isMounted.current = true
    return () => void writers.splice(writers.indexOf(writer), 1)
  }, [])
  useLayoutEffect(() => {
    shownOpen.current = open
  }, [open])
  useLog('own', own, undefined, written)
  useLog('reduced', reduced)
  useLog('above', above, mountedBy, writtenAbove)
  const whoOpened = isMounted.current ? (writerOf(shownOpen.current, open) ?? NO_OWNER) : mountedBy
  const children =
    open.length % 2 === 0
      ? tree.children.map((child, key) =>
          h(KINDS[child.kind], {
            key,
            tree: child,
            above: own,
            writtenAbove: written,
            mountedBy: whoOpened,
            writers,
            store: undefined,
          }),
        )
      : []
  return h(React.Fragment, null, store && h(Reader, { store }), ...children)
}

function Reader({ store }: { store: ReturnType<typeof Store> }): null {
  useLog('store', React.useSyncExternalStore(store.subscribe, store.get))
  return null
}

class Between extends React.Component<NodeProps> {
  override state: { log: Log } = { log: [] }
  override render() {
    return h(Node, this.props)
  }
}

const KINDS = { function: Node, memo: React.memo(Node), class: Between }

async function runProgram(
  { tree, actions, poll }: Program,
  seed: number,
  flushSync: (run: () => void) => void,
): Promise<void> {
  const writers: Writer[] = []
  const store = 'useSyncExternalStore' in React ? Store() : undefined
  // Every second program has a second root, with one component.
  const trees: Tree[] = seed % 2 ? [tree] : [tree, { kind: 'function', children: [] }]
  const renders = trees.map((each) => {
    const render = mount(document.body.appendChild(document.createElement('div')))
    render(h(Node, { tree: each, above: [], writtenAbove: [], mountedBy: NO_OWNER, writers, store }))
    return render
  })
  while (writers.length < trees.length) await sleep(1)
  const write = ({ at, write }: Step, by: Owner) => {
    const writer = writers[at % writers.length]
    const entry = { by, commit: counted.commits }
    if (!writer) return
    if (write === 'transition') {
      if ('startTransition' in React) React.startTransition(() => writer.update(entry))
      else writer.update(entry)
    } else if (write === 'store') store?.add(by)
    else if (write === 'flushSync') flushSync(() => writer.update(entry))
    else writer[write](entry)
  }
  const run = async (steps: readonly Step[], by: Owner) => {
    for (const step of steps) {
      if (step.waitMillis >= 0) await sleep(step.waitMillis)
      write(step, by)
    }
  }
  await Promise.all([
    ...actions.map((steps, index) =>
      act(`action ${index} of program ${seed}`, () => run(steps, `action ${index} of program ${seed}`)),
    ),
    run(poll, NO_OWNER),
  ])
  // React's tasks that are left.
  for (let commits = -1; commits !== counted.commits; ) {
    commits = counted.commits
    await sleep(8)
  }
  for (const render of renders) render(null)
  await sleep(0)
}

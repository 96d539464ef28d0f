import { context } from '@opentelemetry/api'
import { AsyncContextManager } from '../../../src/context/async-context-manager.ts'
import { type Owner, ownerOf, sleep, tracedContextOf } from '../flow.ts'

/** Notes the active context, and whose work the running code is. Without an owner nothing is noted. */
export type Look = (where: string, right: Owner | undefined) => void

/** What an action does. */
export type Act = (action: Owner) => unknown

/** A small program of one framework: what two actions cause meets in its scheduler. */
export interface Program {
  readonly name: string
  /** Places that every action reaches. */
  readonly places: readonly string[]
  /** Starts it anew; resolves to what an action does. The `nth` action has a state of its own, 0 or 1. */
  readonly start: (
    look: Look,
  ) => Promise<(nth: number, action: Owner) => unknown> | ((nth: number, action: Owner) => unknown)
}

/** One look at the active context. */
export interface Seen {
  readonly where: string
  readonly right: Owner
  readonly seen: Owner
}

export interface ProgramsResult {
  readonly seen: readonly Seen[]
  /** Places that an action did not reach. */
  readonly missing: readonly string[]
}

/** How the two actions meet: so many milliseconds apart, or after an await of one promise. */
export type Meeting = number | 'shared promise' | 'one after the other'

// Before the framework is evaluated: this module is the first that a page imports.
const manager = new AsyncContextManager().enable()
context.setGlobalContextManager(manager)

function whose(): Owner {
  return ownerOf(manager.active())
}

function act<R>(name: Owner, fn: () => R): R {
  return manager.with(tracedContextOf(name), fn as () => ReturnType<() => R>) as R
}

async function run(program: Program, meeting: Meeting): Promise<ProgramsResult> {
  const seen: Seen[] = []
  const look: Look = (where, right) =>
    right && seen.push({ where: `${program.name}: ${where}`, right, seen: whose() })
  const actOn = await program.start(look)
  await sleep(30)
  const actions: Owner[] = ['first', 'second']
  const missed = () =>
    actions.flatMap((action) =>
      program.places
        .map((place) => `${program.name}: ${place}`)
        .filter((place) => !seen.some(({ where, right }) => where === place && right === action))
        .map((place) => `${place}: ${action}`),
    )
  const reached = async () => {
    for (let turn = 0; turn < 100 && missed().length > 0; turn++) await sleep(5)
  }
  let meet = () => {}
  const shared = new Promise<void>((resolve) => {
    meet = resolve
  })
  for (const [nth, action] of actions.entries()) {
    const begin = async () => {
      if (meeting === 'shared promise') await shared
      await actOn(nth, action)
    }
    void act(action, begin)
    if (meeting === 'one after the other') {
      for (let turn = 0; turn < 100 && missed().some((place) => place.endsWith(action)); turn++)
        await sleep(5)
      // A scheduler may have one more turn to go.
      await sleep(40)
    }
    if (typeof meeting === 'number' && meeting > 0) await sleep(meeting)
  }
  setTimeout(meet, 5)
  await reached()
  return { seen, missing: missed() }
}

/** Makes the programs of a page run one after the other. */
export function provide(programs: readonly Program[]): void {
  const runPrograms = async (meeting: Meeting): Promise<ProgramsResult> => {
    const results: ProgramsResult[] = []
    for (const program of programs) results.push(await run(program, meeting))
    return {
      seen: results.flatMap(({ seen }) => seen),
      missing: results.flatMap(({ missing }) => missing),
    }
  }
  Object.assign(window, { runPrograms })
}

/** An element for a program to render into. */
export function place(): HTMLElement {
  return document.body.appendChild(document.createElement('div'))
}

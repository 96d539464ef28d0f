// biome-ignore-all lint/correctness/noComponentHookFactories: made once
import * as React from 'react'
import { flushSync } from 'react-dom'
import { type Owner, sleep } from '../flow.ts'
import { FORM_PATTERNS } from './form-patterns.ts'
import { LIBRARY_PATTERNS, runRouterOrders } from './library-patterns.ts'
import { type OrdersResult, runOrders } from './orders.ts'
import { type Act, PATTERNS, type ReactPattern } from './patterns.ts'
import { type ProgramsResult, runRandomPrograms } from './random-programs.ts'
import { act, type Look, look, looks } from './start.ts'
import { mount } from './versions/root-client.ts'

declare global {
  interface Window {
    runReactPatterns: typeof runReactPatterns
    runRandomPrograms: (first: number, count: number) => Promise<ProgramsResult>
    runOrders: () => Promise<OrdersResult>
    runRouterOrders: () => Promise<OrdersResult>
  }
}

export interface PatternsResult {
  readonly looks: readonly Look[]
  /** Places that an action did not reach. */
  readonly missing: readonly string[]
}

/**
 * Runs the patterns, each in its own root, with two actions on each.
 *
 * @param pauseMillis between the two actions; the second waits for the first when undefined
 * @param poll whether code without an action renders a component above all patterns meanwhile
 */
async function runReactPatterns(options: {
  pauseMillis?: number
  poll?: boolean
  strict?: boolean
}): Promise<PatternsResult> {
  const { pauseMillis, poll, strict } = options
  const patterns = [...PATTERNS, ...FORM_PATTERNS, ...LIBRARY_PATTERNS].filter(
    ({ needs }) => !needs || needs in React,
  )
  const missing: string[] = []
  const from = looks.length
  let setTick = (_: number) => {}
  const run = async ({ name, places, component }: ReactPattern) => {
    let current: Act | undefined
    const Component = component(
      (where, right) => right && look(`${name}: ${where}`, right),
      (given) => {
        current = given
      },
    )
    const render = mount(document.body.appendChild(document.createElement('div')))
    const element = React.createElement(Component)
    render(strict ? React.createElement(React.StrictMode, null, element) : element)
    while (!current) await sleep(5)
    await sleep(5)
    const actions: Owner[] = ['first', 'second'].map((nth) => `${nth} action on ${name}`)
    const reached = (action: Owner) =>
      places.every((place) =>
        looks.slice(from).some(({ where, right }) => where === `${name}: ${place}` && right === action),
      )
    for (const action of actions) {
      act(action, () => current?.(action))
      if (pauseMillis !== undefined) await sleep(pauseMillis)
      for (let turn = 0; turn < 300 && pauseMillis === undefined && !reached(action); turn++) await sleep(10)
    }
    const last = actions.at(-1) as Owner
    for (let turn = 0; turn < 300 && !reached(last); turn++) await sleep(10)
    for (const action of pauseMillis === undefined ? actions : [last]) {
      if (!reached(action)) missing.push(action)
    }
  }
  const Ticking = () => {
    const [, set] = React.useState(0)
    setTick = set
    return null
  }
  mount(document.body.appendChild(document.createElement('div')))(React.createElement(Ticking))
  const interval = poll ? setInterval(() => setTick(Math.random()), 2) : undefined
  if (pauseMillis === undefined) for (const pattern of patterns) await run(pattern)
  else await Promise.all(patterns.map(run))
  clearInterval(interval)
  return { looks: looks.slice(from), missing }
}

Object.assign(window, {
  looks,
  runReactPatterns,
  runOrders,
  runRouterOrders,
  runRandomPrograms: (first: number, count: number) => runRandomPrograms(first, count, flushSync),
})

// biome-ignore-all lint/correctness/noComponentHookFactories: a pattern makes its component, once
import { createElement as h, useEffect, useState } from 'react'
import { createMemoryRouter, useLoaderData } from 'react-router'
import { RouterProvider } from 'react-router/dom'
import type { Owner } from '../flow.ts'
import type { OrdersResult } from './orders.ts'
import { act, look, looks } from './start.ts'
import { mount } from './versions/root-client.ts'

/** What happens in turn, without a wait between: React renders when all of it has happened, or at `effect`. */
type Step = 'go first' | 'go second' | 'answer first' | 'answer second' | 'effect of first' | 'poll'

const ORDERS: readonly (readonly Step[])[] = [
  ['go first', 'answer first', 'effect of first', 'go second', 'answer second'],
  // The state that the second navigation sets holds the data of the first, which React has not shown yet.
  ['go first', 'answer first', 'go second', 'effect of first', 'answer second'],
  ['go first', 'answer first', 'poll', 'go second', 'effect of first', 'answer second'],
  ['go first', 'answer first', 'go second', 'poll', 'effect of first', 'answer second'],
  ['go first', 'answer first', 'go second', 'answer second'],
  ['go first', 'go second', 'answer first', 'answer second'],
  ['go first', 'go second', 'answer second', 'answer first'],
]
const TRANSITIONS = [undefined, true, false] as const

/** Two navigations of one React Router in all orders of their answers. */
export async function runRouterOrders(): Promise<OrdersResult> {
  const from = looks.length
  let orders = 0
  for (const useTransitions of TRANSITIONS) {
    for (const flushSync of [false, true]) {
      for (const steps of ORDERS) {
        orders++
        const name = `${steps.join(', ')}; flushSync ${flushSync}, useTransitions ${useTransitions}`
        await runSteps(name, steps, { flushSync, useTransitions })
      }
    }
  }
  return { orders, looks: looks.slice(from) }
}

interface Options {
  /** Of the second navigation. */
  readonly flushSync: boolean
  readonly useTransitions: boolean | undefined
}

async function runSteps(
  name: string,
  steps: readonly Step[],
  { flushSync, useTransitions }: Options,
): Promise<void> {
  const answers = { first: Promise.withResolvers<Owner>(), second: Promise.withResolvers<Owner>() }
  const seen = { first: Promise.withResolvers<void>(), second: Promise.withResolvers<void>() }
  const mounted = Promise.withResolvers<void>()
  const keyOf = (owner: Owner) => (owner.startsWith('first') ? 'first' : 'second')
  const Page = () => {
    const loaded = useLoaderData<Owner>()
    useEffect(() => {
      look(`${name}: effect of the page`, loaded)
      seen[keyOf(loaded)].resolve()
    }, [loaded])
    return h('b', null, loaded)
  }
  const router = createMemoryRouter([
    { path: '/', element: h('i') },
    {
      path: '/page/:key',
      element: h(Page),
      loader: ({ params }) => answers[keyOf(params.key ?? '')].promise,
    },
  ])
  let poll = (_: number) => {}
  const App = () => {
    const [, setTick] = useState(0)
    poll = setTick
    useEffect(() => mounted.resolve(), [])
    return h(RouterProvider, { router, ...(useTransitions === undefined ? {} : { useTransitions }) })
  }
  const render = mount(document.body.appendChild(document.createElement('div')))
  render(h(App))
  await mounted.promise
  const navigations: { first?: Promise<void>; second?: Promise<void> } = {}
  for (const step of steps) {
    const key = step.endsWith('first') ? 'first' : 'second'
    if (step.startsWith('go')) {
      navigations[key] = act(`${key} action`, () =>
        router.navigate(`/page/${key}`, { flushSync: flushSync && key === 'second' }),
      )
    } else if (step.startsWith('answer')) {
      answers[key].resolve(`${key} action`)
      await navigations[key]
    } else if (step === 'poll') poll(1)
    else await seen.first.promise
  }
  await seen.second.promise
  render(null)
}

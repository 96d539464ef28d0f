// biome-ignore-all lint/correctness/noComponentHookFactories: a pattern makes its component, once
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { atom, createStore, Provider, useAtomValue } from 'jotai'
import { createElement as h, useEffect, useState } from 'react'
import { createMemoryRouter, RouterProvider, useLoaderData, useParams } from 'react-router'
import useSWR from 'swr'
import { create } from 'zustand'
import { type Owner, sleep } from '../flow.ts'
import type { ReactPattern } from './patterns.ts'

export { runRouterOrders } from './router-orders.ts'

/** Routers, data libraries and stores for React as they are published; the versions are in `package.json`. */
export const LIBRARY_PATTERNS: readonly ReactPattern[] = [
  {
    name: 'React Router: a navigation with a loader, to a page with an effect',
    places: ['loader', 'effect of the page'],
    component: (see, onAct) => {
      const Page = () => {
        const loaded = useLoaderData<Owner>()
        useEffect(() => see('effect of the page', loaded), [loaded])
        return h('b', null, loaded)
      }
      const router = createMemoryRouter([
        { path: '/', element: h('i') },
        {
          path: '/page/:by',
          element: h(Page),
          loader: async ({ params }) => {
            await sleep(2)
            see('loader', params.by)
            return params.by
          },
        },
      ])
      return () => {
        onAct((by) => router.navigate(`/page/${encodeURIComponent(by)}`))
        return h(RouterProvider, { router })
      }
    },
  },
  {
    name: 'React Router: a navigation after an await, to a page with an effect',
    places: ['effect of the page'],
    component: (see, onAct) => {
      const Page = () => {
        const { by } = useParams()
        useEffect(() => see('effect of the page', by), [by])
        return h('b', null, by)
      }
      const router = createMemoryRouter([
        { path: '/', element: h('i') },
        { path: '/page/:by', element: h(Page) },
      ])
      return () => {
        onAct(async (by) => {
          await sleep(2)
          await router.navigate(`/page/${encodeURIComponent(by)}`)
        })
        return h(RouterProvider, { router })
      }
    },
  },
  {
    name: 'TanStack Query: a query whose key is set after an await',
    places: ['query', 'effect'],
    component: (see, onAct) => {
      const client = new QueryClient()
      const Asks = () => {
        const [by, setBy] = useState<Owner>()
        const { data } = useQuery({
          queryKey: ['of', by],
          queryFn: async () => {
            see('query', by)
            await sleep(2)
            return by
          },
          enabled: by !== undefined,
        })
        onAct(async (next) => {
          await sleep(2)
          setBy(next)
        })
        useEffect(() => see('effect', data), [data])
        return h('b', null, data)
      }
      return () => h(QueryClientProvider, { client }, h(Asks))
    },
  },
  {
    name: 'SWR: a key that is set after an await',
    places: ['fetcher', 'effect'],
    component: (see, onAct) => () => {
      const [by, setBy] = useState<Owner>()
      const { data } = useSWR(by ?? null, async (key: Owner) => {
        see('fetcher', key)
        await sleep(2)
        return key
      })
      onAct(async (next) => {
        await sleep(2)
        setBy(next)
      })
      useEffect(() => see('effect', data), [data])
      return h('b', null, data)
    },
  },
  {
    name: 'zustand: an async action, and an effect on what it sets',
    places: ['effect'],
    component: (see, onAct) => {
      const useOwner = create<{ by?: Owner; load: (by: Owner) => Promise<void> }>((set) => ({
        load: async (by) => {
          await sleep(2)
          set({ by })
        },
      }))
      return () => {
        const by = useOwner((state) => state.by)
        onAct(useOwner.getState().load)
        useEffect(() => see('effect', by), [by])
        return h('b', null, by)
      }
    },
  },
  {
    name: 'jotai: a write after an await, and an effect on the atom',
    places: ['effect'],
    component: (see, onAct) => {
      const store = createStore()
      const owner = atom<Owner>()
      const Reads = () => {
        const by = useAtomValue(owner)
        useEffect(() => see('effect', by), [by])
        return h('b', null, by)
      }
      return () => {
        onAct(async (by) => {
          await sleep(2)
          store.set(owner, by)
        })
        return h(Provider, { store }, h(Reads))
      }
    },
  },
]

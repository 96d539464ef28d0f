import { configureStore, createAsyncThunk, createListenerMiddleware, createSlice } from '@reduxjs/toolkit'
import { createApi, fakeBaseQuery } from '@reduxjs/toolkit/query'
import { MutationObserver as Mutation, QueryClient, QueryObserver } from '@tanstack/query-core'
import { atom, createStore as createAtomStore } from 'jotai/vanilla'
import { observable, reaction, runInAction, when } from 'mobx'
import { derived, readable, writable } from 'svelte/store'
import { createStore as createZustandStore } from 'zustand/vanilla'
import { type Flow, type Pattern, sleep } from '../flow.ts'

const numbers = createSlice({
  name: 'numbers',
  initialState: 0,
  reducers: { set: (_, { payload }: { payload: number }) => payload },
})

async function load(flow: Flow, where: string): Promise<number> {
  const { status } = await fetch('/json?delay=2')
  flow.check(where)
  return status
}

/** Stores and data libraries as they are published; the versions are in `package.json`. */
export const stores: Pattern[] = [
  {
    name: 'TanStack Query: queries, one by one and two at once',
    run: async (flow) => {
      const client = new QueryClient()
      const query = (key: string) =>
        client.fetchQuery({ queryKey: [key], queryFn: () => load(flow, `query ${key}`) })
      await query('one')
      flow.check('after one')
      await Promise.all([query('two'), query('three')])
      flow.check('after two')
      await client.invalidateQueries()
      flow.check('after invalidating')
      client.clear()
    },
  },
  {
    name: 'TanStack Query: one client for all, each with a key of its own',
    run: async (flow) => {
      const client = flow.shared(() => new QueryClient())
      const value = await client.fetchQuery({
        queryKey: [flow.name],
        queryFn: () => load(flow, 'query'),
        retry: 1,
      })
      flow.check(`after ${value}`)
      await sleep(1)
      flow.check('later')
    },
  },
  {
    name: 'TanStack Query: an observer, a retry and a mutation',
    run: async (flow) => {
      const client = new QueryClient()
      let tries = 0
      const observer = new QueryObserver(client, {
        queryKey: ['key'],
        queryFn: async () => {
          flow.check('query')
          await sleep(1)
          if (++tries < 2) throw new Error('again')
          return tries
        },
        retryDelay: 2,
      })
      const answered = new Promise<void>((resolve) => {
        observer.subscribe(({ isSuccess }) => {
          flow.check('observer')
          if (isSuccess) resolve()
        })
      })
      await answered
      flow.check('answered')
      const mutation = new Mutation(client, { mutationFn: () => load(flow, 'mutation') })
      await mutation.mutate()
      flow.check('after the mutation')
      observer.destroy()
      client.clear()
    },
  },
  {
    name: 'Redux Toolkit: thunks, subscribers and listeners',
    run: async (flow) => {
      const listeners = createListenerMiddleware()
      const store = configureStore({
        reducer: numbers.reducer,
        middleware: (defaults) => defaults().prepend(listeners.middleware),
      })
      let isHeard = () => {}
      const heard = new Promise<void>((resolve) => {
        isHeard = resolve
      })
      listeners.startListening({
        actionCreator: numbers.actions.set,
        effect: async (_, { delay }) => {
          flow.check('listener')
          await delay(2)
          flow.check('listener, later')
          isHeard()
        },
      })
      store.subscribe(() => flow.check('subscriber'))
      const thunk = createAsyncThunk('load', () => load(flow, 'thunk'))
      await store.dispatch(thunk())
      flow.check('after the thunk')
      store.dispatch(numbers.actions.set(1))
      await heard
      flow.check('heard')
    },
  },
  {
    name: 'Redux Toolkit Query',
    run: async (flow) => {
      const api = createApi({
        baseQuery: fakeBaseQuery(),
        endpoints: ({ query }) => ({
          get: query<number, number>({ queryFn: async () => ({ data: await load(flow, 'query') }) }),
        }),
      })
      const store = configureStore({
        reducer: { [api.reducerPath]: api.reducer },
        middleware: (defaults) => defaults().concat(api.middleware),
      })
      const request = store.dispatch(api.endpoints.get.initiate(1))
      await request
      flow.check('after')
      await request.refetch()
      flow.check('after fetching again')
      request.unsubscribe()
      store.dispatch(api.util.resetApiState())
    },
  },
  {
    name: 'zustand: async actions and subscribers',
    run: async (flow) => {
      const store = createZustandStore<{ value: number; load: () => Promise<void> }>((set) => ({
        value: 0,
        load: async () => set({ value: await load(flow, 'action') }),
      }))
      store.subscribe(() => flow.check('subscriber'))
      await store.getState().load()
      flow.check('after')
    },
  },
  {
    name: 'jotai: async atoms, writes and subscribers',
    run: async (flow) => {
      const store = createAtomStore()
      const id = atom(1)
      const loaded = atom(async (get) => {
        const wanted = get(id)
        return wanted + (await load(flow, 'atom'))
      })
      const save = atom(null, async (_, set, value: number) => {
        await load(flow, 'write')
        set(id, value)
      })
      const stop = store.sub(loaded, () => flow.check('subscriber'))
      await store.get(loaded)
      flow.check('read')
      await store.set(save, 2)
      flow.check('written')
      await store.get(loaded)
      flow.check('read again')
      stop()
    },
  },
  {
    name: 'MobX: reactions to what is set after an await',
    run: async (flow) => {
      const value = observable.box(0)
      const stop = reaction(
        () => value.get(),
        () => flow.check('reaction'),
      )
      const reached = when(() => value.get() > 0)
      const loaded = await load(flow, 'loaded')
      runInAction(() => value.set(loaded))
      await reached
      flow.check('after')
      stop()
    },
  },
  {
    name: 'Svelte stores: writable, derived and readable',
    run: async (flow) => {
      const id = writable(0)
      const loaded = derived(
        id,
        ($id, set: (value: number) => void) => {
          void load(flow, 'derived').then((status) => set(status + $id))
        },
        0,
      )
      const ticks = readable(0, (set) => {
        const timer = setTimeout(() => set(1), 2)
        return () => clearTimeout(timer)
      })
      const stops = [
        loaded.subscribe(() => flow.check('subscriber')),
        ticks.subscribe(() => flow.check('tick')),
      ]
      await sleep(1)
      id.set(1)
      await new Promise<void>((resolve) => {
        stops.push(
          loaded.subscribe((value) => {
            if (value > 200) resolve()
          }),
        )
      })
      flow.check('after')
      for (const stop of stops) stop()
    },
  },
]

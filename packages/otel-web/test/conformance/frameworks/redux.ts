import {
  configureStore,
  createAsyncThunk,
  createListenerMiddleware,
  createSlice,
  prepareAutoBatched,
} from '@reduxjs/toolkit'
import { sleep } from '../flow.ts'
import { type Program, provide } from './program.ts'

type Cells = { owners: string[] }

const slice = createSlice({
  name: 'cells',
  initialState: { owners: [] } as Cells,
  reducers: {
    batched: {
      reducer: (state, { payload }: { payload: string }) => void state.owners.push(payload),
      prepare: prepareAutoBatched<string>(),
    },
    plain: (state, { payload }: { payload: string }) => void state.owners.push(payload),
  },
})

const autoBatch = (
  name: string,
  options: Parameters<NonNullable<Parameters<typeof configureStore>[0]['enhancers']>>[0] extends infer _
    ? { autoBatch: object | boolean }
    : never,
): Program => ({
  name: `autoBatch, ${name}`,
  places: ['subscriber'],
  start(look) {
    const store = configureStore({
      reducer: slice.reducer,
      enhancers: (defaults) => defaults(options as { autoBatch: { type: 'raf' } }),
    })
    let from = 0
    store.subscribe(() => {
      const { owners } = store.getState()
      for (const owner of owners.slice(from)) look('subscriber', owner)
      from = owners.length
    })
    return (_, action) => void store.dispatch(slice.actions.batched(action))
  },
})

provide([
  autoBatch('raf', { autoBatch: true }),
  autoBatch('tick', { autoBatch: { type: 'tick' } }),
  autoBatch('timer', { autoBatch: { type: 'timer', timeout: 10 } }),
  {
    name: 'thunks, subscribers and listeners',
    places: ['thunk', 'subscriber', 'listener', 'listener, later'],
    start(look) {
      const listeners = createListenerMiddleware()
      const store = configureStore({
        reducer: slice.reducer,
        middleware: (defaults) => defaults().prepend(listeners.middleware),
      })
      listeners.startListening({
        actionCreator: slice.actions.plain,
        effect: async ({ payload }, api) => {
          look('listener', payload)
          await api.delay(3)
          look('listener, later', payload)
        },
      })
      let from = 0
      store.subscribe(() => {
        const { owners } = store.getState()
        for (const owner of owners.slice(from)) look('subscriber', owner)
        from = owners.length
      })
      const load = createAsyncThunk('load', async (action: string) => {
        await sleep(2)
        look('thunk', action)
        return action
      })
      return async (_, action) => {
        await store.dispatch(load(action))
        store.dispatch(slice.actions.plain(action))
      }
    },
  },
])

import { type Flow, type Owner, type Pattern, sleep } from '../flow.ts'

/** The shapes of code that applications get from their libraries, written out. */
export const libraries: Pattern[] = [
  {
    name: 'an emitter of events: who emits owns the listeners',
    run: async (flow) => {
      const emitter = new Emitter()
      emitter.on('data', () => flow.check('listener'))
      await sleep(1)
      emitter.emit('data')
      setTimeout(() => emitter.emit('data'), 2)
      await sleep(5)
      flow.check('after')
    },
  },
  {
    name: 'waiting once for an event of an emitter',
    run: async (flow) => {
      const emitter = flow.shared(() => new Emitter())
      setTimeout(() => emitter.emit(flow.name), 2)
      await emitter.once(flow.name)
      flow.check('after')
      await sleep(1)
      flow.check('later')
    },
  },
  {
    name: 'waiting once for what another flow emits',
    run: async (flow) => {
      const shared = flow.shared(() => ({ emitter: new Emitter(), waiting: 0 }))
      const waiting = shared.emitter.once('go')
      if (++shared.waiting === 3) setTimeout(() => shared.emitter.emit('go'), 1)
      await waiting
      flow.check('after')
      await null
      flow.check('a microtask later')
    },
  },
  {
    name: 'a limit as p-limit has it',
    run: async (flow) => {
      const limit = flow.shared(() => createLimit(2))
      const results = await Promise.all(
        [1, 2, 3].map((millis) =>
          limit(async () => {
            flow.check('job')
            await sleep(millis)
            flow.check('job, later')
            return millis
          }),
        ),
      )
      flow.check(`after ${results.length}`)
    },
  },
  {
    name: 'a semaphore',
    run: async (flow) => {
      const semaphore = flow.shared(() => new Semaphore(2))
      for (let round = 0; round < 2; round++) {
        const release = await semaphore.acquire()
        flow.check(`acquired ${round}`)
        await sleep(1)
        release()
        flow.check(`released ${round}`)
      }
    },
  },
  {
    name: 'a queue between producers and one consumer',
    run: async (flow) => {
      const queue = new AsyncQueue<number>()
      const consuming = flow.within('consumer', async (consumer) => {
        for (let sum = 0; sum < 6; ) {
          sum += await queue.take()
          flow.check('consumer', consumer)
        }
      })
      for (const value of [1, 2, 3]) {
        await flow.within('producer', async (producer) => {
          await sleep(1)
          queue.put(value)
          flow.check('producer', producer)
        })
      }
      await consuming
      flow.check('after')
    },
  },
  {
    name: 'one queue for all flows, in and out',
    run: async (flow) => {
      const queue = flow.shared(() => new AsyncQueue<string>())
      const taken = queue.take()
      await sleep(2)
      queue.put('a job without a caller')
      flow.check('put')
      await taken
      flow.check('taken')
      await sleep(1)
      flow.check('later')
    },
  },
  {
    name: 'an observable with operators',
    run: async (flow) => {
      const numbers = new Observable<number>((next, done) => {
        let n = 0
        const step = () => {
          next(n++)
          if (n < 3) setTimeout(step, 1)
          else done()
        }
        setTimeout(step, 1)
      })
      const seen: number[] = []
      await new Promise<void>((resolve) =>
        numbers
          .map((n) => {
            flow.check('map')
            return n * 2
          })
          .mergeMap(async (n) => {
            await sleep(1)
            flow.check('mergeMap')
            return n
          })
          .subscribe((n) => {
            flow.check('subscriber')
            seen.push(n)
          }, resolve),
      )
      flow.check(`after ${seen.length}`)
    },
  },
  {
    name: 'a subject of all flows: who says next owns it',
    run: async (flow) => {
      const subject = flow.shared(() => ({ observers: [] as ((owner: Owner) => void)[] }))
      subject.observers.push((owner) => flow.check('observer', owner))
      await sleep(2)
      for (const observer of subject.observers) observer(flow.name)
      flow.check('after')
    },
  },
  {
    name: 'a store with thunks and subscribers',
    run: async (flow) => {
      const store = createStore(0)
      store.subscribe(() => flow.check('subscriber'))
      const load = async (dispatch: Dispatch) => {
        dispatch(1)
        await fetch('/json?delay=2')
        flow.check('thunk')
        dispatch(2)
      }
      await store.dispatch(load)
      flow.check(`after ${store.state}`)
    },
  },
  {
    name: 'a saga: generators run by promises',
    run: async (flow) => {
      function* saga(): Generator<Promise<unknown>, string, unknown> {
        flow.check('begin')
        yield sleep(1)
        flow.check('after a call')
        yield Promise.all([sleep(1), sleep(2)])
        flow.check('after two at once')
        try {
          yield Promise.reject(new Error('no'))
        } catch {
          flow.check('caught')
        }
        return 'end'
      }
      flow.check(await runSaga(saga()))
    },
  },
  {
    name: 'a query cache with one request for all, and refetching',
    run: async (flow) => {
      const cache = flow.shared(() => new QueryCache())
      const value = await cache.fetch('key', async () => {
        const answer = await fetch('/json?delay=4')
        return answer.status
      })
      flow.check(`first ${value}`)
      await sleep(1)
      await cache.fetch('key', async () => 0)
      flow.check('from the cache')
      cache.invalidate('key')
      await cache.fetch('key', async () => 1)
      flow.check('refetched')
    },
  },
  {
    name: 'an optimistic update that is rolled back',
    run: async (flow) => {
      const state = { value: 'old', confirmed: 'old' }
      const update = async (value: string, send: () => Promise<void>) => {
        const before = state.value
        state.value = value
        try {
          await send()
          flow.check('confirmed')
        } catch {
          state.value = before
          flow.check('rolled back')
        } finally {
          flow.check('settled')
        }
      }
      await update('new', async () => void (await fetch('/json?delay=2')))
      await update('bad', async () => {
        await fetch('/broken')
      })
      flow.check(`after ${state.value}`)
    },
  },
  {
    name: 'DataLoader as it schedules itself',
    run: async (flow) => {
      const loader = flow.shared(() => new DataLoader())
      const [one, two] = await Promise.all([
        loader.load(flow, `${flow.name} 1`),
        loader.load(flow, `${flow.name} 2`),
      ])
      flow.check(`after ${one !== two}`)
      await loader.load(flow, `${flow.name} 3`)
      flow.check('later')
    },
  },
  {
    name: 'throttle with a trailing call',
    run: async (flow) => {
      const calls: number[] = []
      const save = throttle((value: number) => {
        flow.check(`save ${value}`)
        calls.push(value)
      }, 4)
      for (let value = 0; value < 4; value++) {
        save(value)
        await sleep(1)
      }
      await sleep(8)
      flow.check(`after ${calls.length > 1}`)
    },
  },
  {
    name: 'memoized async function',
    run: async (flow) => {
      const load = memoize(async (key: string) => {
        await sleep(1)
        flow.check(`load ${key}`)
        return key
      })
      await Promise.all([load('a'), load('a'), load('b')])
      flow.check('all')
      await load('a')
      flow.check('memoized')
    },
  },
  {
    name: 'retry with jitter, a time limit and an abort',
    run: async (flow) => {
      const abort = new AbortController()
      let tries = 0
      const attempt = async (signal: AbortSignal) => {
        flow.check(`try ${tries}`)
        await Promise.race([sleep(1), aborted(signal)])
        if (++tries < 3) throw new Error('again')
        return tries
      }
      const retry = async (): Promise<number> => {
        for (;;) {
          try {
            return await attempt(abort.signal)
          } catch {
            flow.check('failed')
            await sleep(1 + Math.random() * 2)
            flow.check('slept')
          }
        }
      }
      await retry()
      flow.check('after')
      const never = Promise.race([new Promise(() => {}), aborted(abort.signal)])
      setTimeout(() => abort.abort(), 2)
      await never.catch(() => flow.check('aborted'))
      flow.check('end')
    },
  },
  {
    name: 'middleware like an onion',
    run: async (flow) => {
      const order: string[] = []
      const layer = (name: string) => async (next: () => Promise<void>) => {
        order.push(`${name} in`)
        flow.check(`${name} in`)
        await next()
        flow.check(`${name} out`)
        order.push(`${name} out`)
      }
      const layers = [layer('outer'), layer('inner'), async () => void (await fetch('/json'))]
      const run = (index: number): Promise<void> => layers[index]?.(() => run(index + 1)) ?? Promise.resolve()
      await run(0)
      flow.check(`after ${order.length}`)
    },
  },
  {
    name: 'an actor with a mailbox',
    run: async (flow) => {
      const actor = flow.shared(() => new Actor())
      const answer = await actor.ask(flow.name)
      flow.check(`answered ${answer}`)
      await actor.ask(flow.name)
      flow.check('answered again')
    },
  },
  {
    name: 'a read-write lock',
    run: async (flow) => {
      const lock = flow.shared(() => new ReadWriteLock())
      await lock.read(async () => {
        await sleep(1)
        flow.check('reading')
      })
      flow.check('read')
      await lock.write(async () => {
        await sleep(1)
        flow.check('writing')
      })
      flow.check('written')
    },
  },
  {
    name: 'a component that loads lazily, and its boundary',
    run: async (flow) => {
      const lazy = flow.shared(() => createLazy(() => import(/* @vite-ignore */ MODULE)))
      // As React does: what is not there yet is thrown, and the boundary tries again.
      const render = async (): Promise<string> => {
        try {
          return typeof lazy.read()
        } catch (thrown) {
          await (thrown as Promise<unknown>)
          flow.check('boundary')
          return render()
        }
      }
      flow.check(`rendered ${await render()}`)
    },
  },
  {
    name: 'signals and effects in a microtask',
    run: async (flow) => {
      const signal = createSignal(0)
      signal.effect((value) => flow.check(`effect ${value}`))
      signal.set(1)
      await sleep(1)
      signal.set(2)
      await null
      await null
      flow.check('after')
    },
  },
  {
    name: 'a promise chain kept in a map by key',
    run: async (flow) => {
      const chains = flow.shared(() => new Map<string, Promise<unknown>>())
      const enqueue = async (key: string, job: () => Promise<void>) => {
        const before = chains.get(key) ?? Promise.resolve()
        const mine = (async () => {
          await before
          await job()
        })()
        chains.set(key, mine)
        await mine
      }
      await enqueue('orders', async () => {
        flow.check('job')
        await sleep(1)
        flow.check('job, later')
      })
      flow.check('after')
    },
  },
  {
    name: 'polling until another task is done',
    run: async (flow) => {
      const state = flow.shared(() => ({ done: 0 }))
      setTimeout(() => state.done++, 3)
      const until = async (condition: () => boolean) => {
        while (!condition()) {
          await sleep(1)
          flow.check('poll')
        }
      }
      await until(() => state.done >= 3)
      flow.check('after')
    },
  },
  {
    name: 'a deadline over a group of tasks',
    run: async (flow) => {
      const tasks = [1, 2, 30].map(async (millis) => {
        await sleep(millis)
        flow.check(`task ${millis}`)
        return millis
      })
      const deadline = sleep(8).then(() => 'late' as const)
      const results = await Promise.all(tasks.map((task) => Promise.race([task, deadline])))
      flow.check(`after ${results.at(-1)}`)
      await Promise.allSettled(tasks)
      flow.check('settled')
    },
  },
  {
    name: 'an event sourced cache warmed by the first',
    run: async (flow) => {
      const cache = flow.shared(() => ({
        ready: undefined as Promise<number> | undefined,
        owner: '' as Owner,
      }))
      if (cache.ready === undefined) {
        cache.owner = flow.name
        cache.ready = (async () => {
          const answer = await fetch('/json?delay=3')
          flow.check('warming', flow.name)
          await answer.json()
          flow.check('warm', flow.name)
          return 1
        })()
      }
      const ready = cache.ready.then((value) => {
        flow.check('then')
        return value
      })
      await ready
      flow.check('after')
    },
  },
]

const MODULE = '/module.js?lazy'

class Emitter {
  readonly #listeners = new Map<string, Set<() => void>>()
  on(type: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(type) ?? new Set()
    this.#listeners.set(type, listeners.add(listener))
    return () => void listeners.delete(listener)
  }
  once(type: string): Promise<void> {
    return new Promise((resolve) => {
      const off = this.on(type, () => {
        off()
        resolve()
      })
    })
  }
  emit(type: string): void {
    for (const listener of [...(this.#listeners.get(type) ?? [])]) listener()
  }
}

/** p-limit queues the resolvers of promises, whose `then` runs the jobs. */
function createLimit(concurrency: number): <T>(job: () => Promise<T>) => Promise<T> {
  const queue: (() => void)[] = []
  let active = 0
  const resumeNext = () => {
    if (active >= concurrency || queue.length === 0) return
    active++
    queue.shift()?.()
  }
  return (job) =>
    new Promise((resolve) => {
      const run = async () => {
        const result = (async () => job())()
        resolve(result)
        await result.catch(() => {})
        active--
        resumeNext()
      }
      void new Promise<void>((start) => queue.push(start)).then(run)
      if (active < concurrency) resumeNext()
    })
}

class Semaphore {
  readonly #waiting: (() => void)[] = []
  #free: number
  constructor(free: number) {
    this.#free = free
  }
  async acquire(): Promise<() => void> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#free--
    let released = false
    return () => {
      if (released) return
      released = true
      const next = this.#waiting.shift()
      if (next === undefined) this.#free++
      else next()
    }
  }
}

class AsyncQueue<T> {
  readonly #values: T[] = []
  readonly #takers: ((value: T) => void)[] = []
  put(value: T): void {
    const taker = this.#takers.shift()
    if (taker === undefined) this.#values.push(value)
    else taker(value)
  }
  take(): Promise<T> {
    const value = this.#values.shift()
    return value === undefined ? new Promise((resolve) => this.#takers.push(resolve)) : Promise.resolve(value)
  }
}

class Observable<T> {
  readonly #start: (next: (value: T) => void, done: () => void) => void
  constructor(start: (next: (value: T) => void, done: () => void) => void) {
    this.#start = start
  }
  subscribe(next: (value: T) => void, done: () => void): void {
    this.#start(next, done)
  }
  map<R>(change: (value: T) => R): Observable<R> {
    return new Observable((next, done) => this.subscribe((value) => next(change(value)), done))
  }
  mergeMap<R>(change: (value: T) => Promise<R>): Observable<R> {
    return new Observable((next, done) => {
      let open = 1
      const close = () => {
        if (--open === 0) done()
      }
      this.subscribe((value) => {
        open++
        void change(value).then((result) => {
          next(result)
          close()
        })
      }, close)
    })
  }
}

type Dispatch = (action: number | ((dispatch: Dispatch) => Promise<void>)) => Promise<void> | undefined

function createStore(initial: number): {
  state: number
  subscribe: (listener: () => void) => void
  dispatch: Dispatch
} {
  const listeners: (() => void)[] = []
  const store = {
    state: initial,
    subscribe: (listener: () => void) => void listeners.push(listener),
    dispatch: ((action) => {
      if (typeof action === 'function') return action(store.dispatch)
      store.state = action
      for (const listener of listeners) listener()
      return undefined
    }) as Dispatch,
  }
  return store
}

function runSaga<R>(saga: Generator<Promise<unknown>, R, unknown>): Promise<R> {
  return new Promise((resolve, reject) => {
    const step = (method: 'next' | 'throw', value?: unknown) => {
      try {
        const { done, value: effect } = saga[method](value)
        if (done) resolve(effect as R)
        else
          (effect as Promise<unknown>).then(
            (result) => step('next', result),
            (error) => step('throw', error),
          )
      } catch (error) {
        reject(error)
      }
    }
    step('next')
  })
}

class QueryCache {
  readonly #entries = new Map<string, Promise<unknown>>()
  async fetch<T>(key: string, query: () => Promise<T>): Promise<T> {
    const known = this.#entries.get(key)
    if (known !== undefined) return known as Promise<T>
    const pending = query()
    this.#entries.set(key, pending)
    return pending
  }
  invalidate(key: string): void {
    this.#entries.delete(key)
  }
}

/** DataLoader waits for the microtasks of its callers, then one task or tick more. */
class DataLoader {
  #batch: { flow: Flow; key: string; resolve: (value: string) => void }[] = []
  load(flow: Flow, key: string): Promise<string> {
    return new Promise((resolve) => {
      if (this.#batch.push({ flow, key, resolve }) > 1) return
      void Promise.resolve().then(() => setTimeout(() => void this.#dispatch()))
    })
  }
  async #dispatch(): Promise<void> {
    const batch = this.#batch
    this.#batch = []
    const [first] = batch
    first?.flow.check('batch')
    await fetch('/json?delay=1')
    first?.flow.check('batch, answered')
    for (const { key, resolve } of batch) resolve(key)
  }
}

function throttle<T>(fn: (value: T) => void, millis: number): (value: T) => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let trailing: { value: T } | undefined
  return (value) => {
    if (timer !== undefined) {
      trailing = { value }
      return
    }
    fn(value)
    timer = setTimeout(() => {
      timer = undefined
      if (trailing !== undefined) fn(trailing.value)
      trailing = undefined
    }, millis)
  }
}

function memoize<T>(fn: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const known = new Map<string, Promise<T>>()
  return (key) => {
    const value = known.get(key) ?? fn(key)
    known.set(key, value)
    return value
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

class Actor {
  readonly #mailbox = new AsyncQueue<{ text: string; answer: (value: string) => void }>()
  #running = false
  ask(text: string): Promise<string> {
    if (!this.#running) void this.#run()
    this.#running = true
    return new Promise((answer) => this.#mailbox.put({ text, answer }))
  }
  async #run(): Promise<void> {
    for (let left = 6; left > 0; left--) {
      const { text, answer } = await this.#mailbox.take()
      await sleep(1)
      answer(text.toUpperCase())
    }
    this.#running = false
  }
}

class ReadWriteLock {
  #tail: Promise<unknown> = Promise.resolve()
  #readers: Promise<unknown>[] = []
  async read<T>(job: () => Promise<T>): Promise<T> {
    const writing = this.#tail
    const mine = (async () => {
      await writing
      return job()
    })()
    this.#readers.push(mine)
    return mine
  }
  async write<T>(job: () => Promise<T>): Promise<T> {
    const before = [this.#tail, ...this.#readers]
    this.#readers = []
    const mine = (async () => {
      await Promise.allSettled(before)
      return job()
    })()
    this.#tail = mine
    return mine
  }
}

function createLazy<T>(load: () => Promise<T>): { read: () => T } {
  let state: { value: T } | undefined
  let pending: Promise<void> | undefined
  return {
    read() {
      if (state !== undefined) return state.value
      pending ??= load().then((value) => {
        state = { value }
      })
      throw pending
    },
  }
}

function createSignal(initial: number): {
  set: (value: number) => void
  effect: (run: (value: number) => void) => void
} {
  let current = initial
  let scheduled = false
  const effects: ((value: number) => void)[] = []
  return {
    set(value) {
      current = value
      if (scheduled) return
      scheduled = true
      queueMicrotask(() => {
        scheduled = false
        for (const effect of effects) effect(current)
      })
    },
    effect: (run) => void effects.push(run),
  }
}

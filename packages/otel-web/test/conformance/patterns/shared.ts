import { type Flow, NO_OWNER, type Owner, type Pattern, sleep } from '../flow.ts'

/** Shared work of several flows belongs to the first caller; each flow continues in its own context. */
export const shared: Pattern[] = [
  {
    name: 'one request in flight for all',
    run: async (flow) => {
      const cache = flow.shared(() => ({ value: undefined as Promise<number> | undefined, owner: '' }))
      const load = async (owner: Owner) => {
        await sleep(4)
        flow.check('work', owner)
        await sleep(2)
        flow.check('work, later', owner)
        return 1
      }
      if (cache.value === undefined) {
        cache.owner = flow.name
        cache.value = load(flow.name)
      }
      await cache.value
      flow.check('after')
      await sleep(1)
      flow.check('later')
    },
  },
  {
    name: 'fetched by one, awaited by others',
    run: async (flow) => {
      const cache = flow.shared(() => ({ value: undefined as Promise<unknown> | undefined }))
      cache.value ??= fetch('/json?delay=5').then((response) => {
        flow.check('then')
        return response.json()
      })
      await cache.value
      flow.check('after')
    },
  },
  {
    name: 'begun by one without await, awaited by another first',
    run: async (flow) => {
      const state = flow.shared(() => ({ ready: undefined as Promise<void> | undefined }))
      state.ready ??= (async () => {
        await sleep(8)
        flow.check('work')
        await null
        flow.check('work, later')
      })()
      await sleep(3)
      await state.ready
      flow.check('after')
    },
  },
  {
    name: 'begun without a flow, awaited by all',
    needsBackground: true,
    run: async (flow) => {
      await READY
      flow.check('after')
    },
  },
  {
    name: 'a mutex of chained promises',
    run: async (flow) => {
      const lock = flow.shared(() => ({ tail: Promise.resolve() as Promise<unknown> }))
      const run = <T>(job: () => Promise<T>): Promise<T> => {
        const next = lock.tail.then(job)
        lock.tail = next.catch(() => {})
        return next
      }
      await run(async () => {
        flow.check('held')
        await sleep(1)
        flow.check('held, later')
      })
      flow.check('after')
    },
  },
  {
    name: 'a mutex with a queue of resolvers',
    run: async (flow) => {
      const mutex = flow.shared(() => {
        let locked = false
        const waiting: (() => void)[] = []
        return {
          async acquire() {
            if (locked) await new Promise<void>((resolve) => waiting.push(resolve))
            locked = true
          },
          release() {
            const next = waiting.shift()
            if (next === undefined) locked = false
            else next()
          },
        }
      })
      for (let turn = 0; turn < 3; turn++) {
        await mutex.acquire()
        flow.check(`held ${turn}`)
        await sleep(1)
        flow.check(`held, later ${turn}`)
        mutex.release()
        flow.check(`released ${turn}`)
      }
    },
  },
  {
    name: 'a limit of two at a time',
    run: async (flow) => {
      const limit = flow.shared(() => {
        let active = 0
        const queue: (() => void)[] = []
        const next = () => {
          active--
          queue.shift()?.()
        }
        return <T>(job: () => Promise<T>): Promise<T> =>
          new Promise((resolve, reject) => {
            const start = async () => {
              active++
              const running = (async () => job())()
              running.then(resolve, reject)
              await running.catch(() => {})
              next()
            }
            // As p-limit does: the job starts in a microtask of its own.
            void (async () => {
              await Promise.resolve()
              if (active < 2) void start()
              else queue.push(asOf(flow, start))
            })()
          })
      })
      await Promise.all(
        [1, 2, 3].map((millis) =>
          limit(async () => {
            await sleep(millis)
          }),
        ),
      )
      flow.check('after')
    },
  },
  {
    name: 'a loader that batches in a microtask',
    run: async (flow) => {
      const loader = flow.shared(() => batching(queueMicrotask))
      const value = await loader.load(flow, 'key')
      flow.check(`after ${value}`)
      await sleep(1)
      flow.check('later')
    },
  },
  {
    name: 'a loader that batches in a timer',
    run: async (flow) => {
      const loader = flow.shared(() => batching((flush) => setTimeout(flush, 1)))
      await sleep(1)
      const value = await loader.load(flow, 'key')
      flow.check(`after ${value}`)
      await sleep(1)
      flow.check('later')
    },
  },
  {
    name: 'a loader that batches and answers at once',
    run: async (flow) => {
      const loader = flow.shared(() => batching(queueMicrotask, false))
      const value = await loader.load(flow, 'key')
      flow.check(`after ${value}`)
    },
  },
  {
    name: 'a dialog that another flow answers',
    run: async (flow) => {
      const dialogs = flow.shared(() => [] as (() => void)[])
      const answered = new Promise<void>((resolve) => dialogs.push(resolve))
      const waiting = (async () => {
        await answered
        flow.check('answered')
        await sleep(1)
        flow.check('answered, later')
      })()
      await sleep(4)
      // Each flow answers the dialog of another flow.
      dialogs.pop()?.()
      flow.check('answering')
      await waiting
      flow.check('after')
    },
  },
  {
    name: 'a barrier: all wait for the last',
    run: async (flow) => {
      const barrier = flow.shared(() => ({ waiting: [] as (() => void)[] }))
      await sleep(2)
      const passed = new Promise<void>((resolve) => barrier.waiting.push(resolve))
      if (barrier.waiting.length === COPIES) for (const pass of barrier.waiting) pass()
      await passed
      flow.check('passed')
      await null
      flow.check('passed, a microtask later')
    },
  },
  {
    name: 'a queue that a background worker empties',
    needsBackground: true,
    run: async (flow) => {
      const done = new Promise<void>((resolve) => BACKGROUND.push({ flow, resolve }))
      await done
      flow.check('done')
    },
  },
  {
    name: 'an expired token refreshed once for all',
    run: async (flow) => {
      const auth = flow.shared(() => ({ token: 0, refreshing: undefined as Promise<void> | undefined }))
      const refresh = async () => {
        await fetch('/json?delay=3')
        flow.check('refresh')
        auth.token = 1
        auth.refreshing = undefined
      }
      const request = async (): Promise<void> => {
        const { token } = auth
        await fetch('/json')
        flow.check(`request ${token}`)
        if (token === 1) return
        if (auth.token === 0) {
          auth.refreshing ??= refresh()
          await auth.refreshing
          flow.check('refreshed')
        }
        return request()
      }
      await request()
      flow.check('after')
    },
  },
  {
    name: 'flows of plain awaits interleaved in one task',
    run: async (flow) => {
      const step = async (n: number): Promise<number> => {
        await null
        flow.check(`step ${n}`)
        return n === 0 ? 0 : step(n - 1)
      }
      await step(6)
      flow.check('after')
    },
  },
  {
    name: 'a stream written by one flow, read by another',
    run: async (flow) => {
      const { readable, writable } = new TransformStream<number, number>()
      const reading = flow.within('reader', async (reader) => {
        const source = readable.getReader()
        while (!(await source.read()).done) flow.check('chunk', reader)
        flow.check('end', reader)
      })
      const writer = writable.getWriter()
      for (let chunk = 0; chunk < 3; chunk++) {
        await writer.write(chunk)
        flow.check('written')
        await sleep(1)
      }
      await writer.close()
      flow.check('closed')
      await reading
      flow.check('after')
    },
  },
]

/** How many flows run each pattern. */
export const COPIES = 3

/** This job queue does not save the context of each job's caller, like most job queues. */
const asOf = (_flow: Flow, job: () => unknown) => () => void job()

interface Loader {
  load(flow: Flow, key: string): Promise<string>
}

/** Like DataLoader: the first caller schedules the batch, which answers all callers. */
function batching(schedule: (flush: () => void) => unknown, slow = true): Loader {
  let batch: { flow: Flow; key: string; resolve: (value: string) => void }[] = []
  const flush = async () => {
    const jobs = batch
    batch = []
    const first = jobs[0]?.flow
    first?.check('batch')
    if (slow) {
      await sleep(2)
      first?.check('batch, later')
    }
    for (const { key, resolve } of jobs) resolve(key)
  }
  return {
    load: (flow, key) =>
      new Promise((resolve) => {
        if (batch.push({ flow, key, resolve }) === 1) schedule(flush)
      }),
  }
}

let READY: Promise<void>
const BACKGROUND: { flow: Flow; resolve: () => void }[] = []

/** Starts background work. Called before the flows, in the root context. */
export function startBackground(): () => void {
  let stopped = false
  READY = (async () => {
    await sleep(6)
    await null
  })()
  const work = async () => {
    while (!stopped) {
      await sleep(1)
      for (let job = BACKGROUND.shift(); job !== undefined; job = BACKGROUND.shift()) {
        job.flow.check('background work', NO_OWNER)
        await sleep(0)
        job.flow.check('background work, later', NO_OWNER)
        job.resolve()
        await null
        job.flow.check('background, after resolving', NO_OWNER)
      }
    }
  }
  void work()
  return () => {
    stopped = true
  }
}

import { type Pattern, sleep } from '../flow.ts'

const after = async (millis: number): Promise<number> => {
  await sleep(millis)
  return millis
}

export const promises: Pattern[] = [
  {
    name: 'Promise.all',
    run: async (flow) => {
      await Promise.all([after(1), after(4), 3, Promise.resolve(4)])
      flow.check('after')
    },
  },
  {
    name: 'Promise.allSettled',
    run: async (flow) => {
      await Promise.allSettled([after(1), after(2).then(() => Promise.reject(new Error('no')))])
      flow.check('after')
    },
  },
  {
    name: 'Promise.race against a timer',
    run: async (flow) => {
      await Promise.race([after(2), after(30)])
      flow.check('after')
      const timeOut = new Promise((_, reject) => setTimeout(reject, 2, new Error('too late')))
      await Promise.race([after(30), timeOut]).catch(() => flow.check('timed out'))
      flow.check('after the time-out')
    },
  },
  {
    name: 'Promise.any',
    run: async (flow) => {
      await Promise.any([after(2).then(() => Promise.reject(new Error('no'))), after(4)])
      flow.check('after')
    },
  },
  {
    name: 'a chain of then, catch, finally',
    run: (flow) =>
      after(1)
        .then(() => {
          flow.check('then')
          return after(2)
        })
        .then(() => {
          flow.check('then, after a promise')
          throw new Error('no')
        })
        .catch(() => flow.check('catch'))
        .finally(() => flow.check('finally'))
        .then(async () => {
          await sleep(1)
          flow.check('async then')
        }),
  },
  {
    name: 'a callback made a promise',
    run: async (flow) => {
      const read = (callback: (error: unknown, value: number) => void) => setTimeout(callback, 2, null, 1)
      await new Promise<number>((resolve, reject) =>
        read((error, value) => (error === null ? resolve(value) : reject(error))),
      )
      flow.check('after')
    },
  },
  {
    name: 'a deferred that a later part of the flow resolves',
    run: async (flow) => {
      let resolve = (_value: number) => {}
      const deferred = new Promise<number>((settle) => {
        resolve = settle
      })
      const waiting = (async () => {
        await deferred
        flow.check('waiter')
      })()
      await sleep(3)
      resolve(1)
      flow.check('resolver')
      await waiting
      flow.check('after')
    },
  },
  {
    name: 'a subclass of Promise',
    run: async (flow) => {
      class Job<T> extends Promise<T> {}
      await new Job<void>((resolve) => setTimeout(resolve, 2))
      flow.check('after')
      await Job.all([after(1)]).then(() => flow.check('then'))
    },
  },
  {
    name: 'a pool of three workers',
    run: async (flow) => {
      const queue = [1, 2, 1, 3, 1, 2]
      const worker = async () => {
        for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
          await after(job)
          flow.check(`job ${job}`)
        }
      }
      await Promise.all([worker(), worker(), worker()])
      flow.check('after')
    },
  },
  {
    name: 'a promise awaited twice, and long after it settled',
    run: async (flow) => {
      const promise = after(2)
      await Promise.all([promise.then(() => flow.check('then')), promise])
      await sleep(3)
      await promise
      flow.check('settled long ago')
    },
  },
]

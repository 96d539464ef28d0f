import { type Pattern, sleep } from '../flow.ts'

export const generators: Pattern[] = [
  {
    name: 'an async generator and for await',
    run: async (flow) => {
      async function* pages(): AsyncGenerator<number> {
        for (let page = 0; page < 3; page++) {
          await sleep(1)
          flow.check(`generator ${page}`)
          yield page
          flow.check(`generator resumed ${page}`)
        }
      }
      for await (const page of pages()) {
        flow.check(`consumer ${page}`)
        await sleep(1)
        flow.check(`consumer, later ${page}`)
      }
      flow.check('after')
    },
  },
  {
    name: 'a pipeline of generators',
    run: async (flow) => {
      async function* numbers(): AsyncGenerator<number> {
        for (let n = 0; n < 4; n++) yield sleep(1).then(() => n)
      }
      async function* double(source: AsyncIterable<number>): AsyncGenerator<number> {
        for await (const n of source) {
          flow.check('double')
          yield n * 2
        }
      }
      async function* all(): AsyncGenerator<number> {
        yield* double(numbers())
        flow.check('after yield*')
        yield* [1, 2]
        flow.check('after yield* of an array')
      }
      for await (const n of all()) flow.check(`consumer ${n}`)
      flow.check('after')
    },
  },
  {
    name: 'leaving for await early runs finally',
    run: async (flow) => {
      async function* endless(): AsyncGenerator<number> {
        try {
          for (let n = 0; ; n++) {
            await sleep(1)
            yield n
          }
        } finally {
          flow.check('finally')
          await sleep(1)
          flow.check('finally, later')
        }
      }
      search: for (;;) {
        for await (const n of endless()) {
          flow.check(`consumer ${n}`)
          if (n === 2) break search
        }
      }
      flow.check('after')
    },
  },
  {
    name: 'for await over an array of promises',
    run: async (flow) => {
      for await (const value of [sleep(3).then(() => 1), 2, Promise.resolve(3)]) flow.check(`value ${value}`)
      flow.check('after')
    },
  },
  {
    name: 'an iterator driven by hand',
    run: async (flow) => {
      async function* generator(): AsyncGenerator<number, string, string> {
        const answer = yield 1
        flow.check(answer)
        await sleep(1)
        try {
          yield 2
        } catch {
          flow.check('thrown in')
        }
        return 'end'
      }
      const iterator = generator()
      await iterator.next()
      await iterator.next('answer')
      flow.check('second')
      await iterator.throw(new Error('no'))
      flow.check('third')
    },
  },
  {
    name: 'an async iterator that is no generator',
    run: async (flow) => {
      const countdown = {
        left: 3,
        [Symbol.asyncIterator]() {
          return this
        },
        next() {
          flow.check('next')
          return sleep(1).then(() => ({ done: this.left-- === 0, value: this.left }))
        },
      }
      for await (const value of countdown) flow.check(`value ${value}`)
      flow.check('after')
    },
  },
]

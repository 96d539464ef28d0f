import { type Case, type Cases, casesOf, type Twin } from '../case.ts'
import { describe, isStable, type Seen } from '../describe.ts'

async function finished({ env, key }: Twin, params: unknown): Promise<Seen> {
  const instance = await env.FLOW.create({
    id: `${key}-${JSON.stringify(params ?? null).replace(/\W+/g, '')}`.slice(-90),
    params,
  })
  if (JSON.stringify(params)?.includes('event')) {
    await instance.sendEvent({ type: 'approval', payload: { by: 'me' } })
  }
  for (let waits = 0; ; waits++) {
    const { status, output, error } = await instance.status()
    if (waits > 700 || status === 'complete' || status === 'errored') return describe([status, output, error])
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const flows: Cases = casesOf(
  [
    undefined,
    {},
    ...['retry', 'sleep', 'caught', 'parallel', 'misuse', 'throw', 'final', 'event', 'stream'].map(
      (kind) => ({ kind }),
    ),
  ].map((params): [string, Case] => [
    `a workflow with ${JSON.stringify(params) ?? 'no parameters'}`,
    (twin: Twin) => finished(twin, params),
  ]),
)

const rewrite = async (
  html: string,
  prepare: (rewriter: HTMLRewriter, log: Seen[]) => HTMLRewriter,
): Promise<Seen> => {
  const log: Seen[] = []
  const response = new Response(html, {
    headers: { 'content-type': 'text/html', 'content-length': String(html.length) },
  })
  const rewritten = prepare(new HTMLRewriter(), log).transform(response)
  return [await rewritten.text(), [...rewritten.headers].map(String), log]
}

type Failing = (twin: Twin, response: Response) => Promise<unknown>

/** Calls that reject, by their target. */
const FAILING: Readonly<Record<string, Failing>> = {
  KV: ({ env }) => env.KV.get('x'.repeat(600)),
  D1: ({ env }) => env.DB.prepare('SELECT * FROM nowhere').all(),
  R2: ({ env }) => env.FILES.put('x'.repeat(2_000), 'b'),
  'a queue': ({ env }) => env.PLAIN_QUEUE.send(() => 1),
  RPC: ({ env }) => env.SERVICE.fail('range') as Promise<unknown>,
  'RPC, pipelined': ({ env }) => {
    const failing = env.SERVICE.fail('range') as unknown as { sum(value: number): Promise<unknown> }
    return failing.sum(1)
  },
  'RPC by a nested target': ({ env }) => env.SERVICE.nested.fail() as Promise<unknown>,
  'an object': ({ env }) => env.OBJECT.getByName('failing').fail() as Promise<unknown>,
  'a service’s fetch': ({ env }) => env.SERVICE.fetch('http://x/throws-later'),
  fetch: () => fetch('http://'),
  'a body': (_, response) => response.json(),
  'a cache': () => Reflect.apply(caches.default.match, caches.default, []),
}

/** The runtime reports rejections of promises without a handler only. */
const rejections: Cases = casesOf(
  Object.entries(FAILING).flatMap(([name, fail]): [string, Case][] => [
    [
      `a rejection of ${name} without a handler`,
      async (twin) => {
        const heard: Seen[] = []
        const hear = (event: Event & { readonly reason?: unknown }) => {
          event.preventDefault()
          heard.push([
            event.type,
            event.reason instanceof Error ? event.reason.message : String(event.reason),
          ])
        }
        addEventListener('unhandledrejection', hear)
        addEventListener('rejectionhandled', hear)
        const promise = fail(twin, await fetch(`${twin.env.ORIGIN}/bad-json`))
        // Waits as long as handled rejections would take.
        for (let others = 0; others < 3; others++) {
          await fail(twin, await fetch(`${twin.env.ORIGIN}/bad-json`)).catch(() => {})
        }
        await new Promise((resolve) => setTimeout(resolve, 5))
        removeEventListener('unhandledrejection', hear)
        removeEventListener('rejectionhandled', hear)
        return [heard, await promise.then(String, (error: Error) => error.message)]
      },
    ],
    [
      `a rejection of ${name} with a handler`,
      async (twin) => {
        const heard: Seen[] = []
        const hear = ({ type }: Event) => void heard.push(type)
        addEventListener('unhandledrejection', hear)
        const seen = await fail(twin, await fetch(`${twin.env.ORIGIN}/bad-json`)).catch(
          (error: Error) => error.message,
        )
        await new Promise((resolve) => setTimeout(resolve, 10))
        removeEventListener('unhandledrejection', hear)
        return [heard, seen]
      },
    ],
  ]),
)

export const EVENT_CASES: Cases = {
  ...rejections,
  ...flows,
  'a workflow by its binding': async ({ env, key, attempt }) => {
    const id = key.slice(-80)
    return [
      describe(env.FLOW.create),
      env.FLOW.constructor.name,
      await attempt(() =>
        env.FLOW.create({ id }).then((instance) => [instance.id === id, instance.constructor.name]),
      ),
      await attempt(() => env.FLOW.get(id).then((instance) => instance.id === id)),
      await attempt(() => env.FLOW.get('missing')),
      await attempt(() => env.FLOW.create({ id: 'wrong id!' })),
      await attempt(() => Reflect.apply(env.FLOW.create, env.FLOW, ['text'])),
      await attempt(() => Reflect.apply(env.FLOW.createBatch, env.FLOW, [])),
      await attempt(() => env.FLOW.createBatch([])),
      await attempt(() =>
        env.FLOW.createBatch([{ id: `${id}-1` }, { id: `${id}-2` }]).then(({ length }) => length),
      ),
      await attempt(() => env.FLOW.create({ id: `${id}-f`, params: () => 1 })),
    ]
  },
  'timers in a handler': async () => {
    const log: string[] = []
    await new Promise<void>((resolve) => {
      setTimeout((...args: unknown[]) => log.push(`timeout ${args}`), 1, 'a', 2)
      const interval = setInterval(() => {
        log.push('interval')
        if (log.filter((line) => line === 'interval').length < 2) return
        clearInterval(interval)
        resolve()
      }, 3)
      queueMicrotask(() => log.push('microtask'))
      log.push('sync')
    })
    return log
  },
  'timers as functions': ({ attempt }) =>
    Promise.all([
      describe(setTimeout),
      describe(queueMicrotask),
      typeof setTimeout(() => {}, 0),
      attempt(() => Reflect.apply(setTimeout, undefined, [])),
      attempt(() => Reflect.apply(setTimeout, undefined, ['text'])),
      attempt(() => scheduler.wait(1)),
    ]),
  'waitUntil of the context': async ({ ctx, env, key, attempt }) => {
    const log: string[] = []
    const done = new Promise<void>((resolve) => {
      ctx.waitUntil(
        (async () => {
          await env.KV.put(key, 'waited for')
          log.push((await env.KV.get(key)) ?? 'nothing')
          resolve()
        })(),
      )
    })
    log.push('first')
    await done
    return [
      log,
      describe(ctx.waitUntil),
      await attempt(() => ctx.waitUntil(Promise.reject(new Error('ignored')))),
      await attempt(() => Reflect.apply(ctx.waitUntil, ctx, [])),
      await attempt(() => Reflect.apply(ctx.waitUntil, ctx, ['text'])),
      await attempt(() => Reflect.apply(ctx.waitUntil, undefined, [Promise.resolve()])),
    ]
  },
  'the context as an object': ({ ctx }) => [
    ctx.constructor.name,
    Object.prototype.toString.call(ctx),
    Reflect.ownKeys(ctx)
      .map(String)
      .filter((name) => name !== 'storage'),
    isStable(() => ctx.waitUntil),
    describe((ctx as unknown as { props?: unknown }).props),
    Object.keys((ctx as unknown as { exports?: object }).exports ?? {}).sort(),
  ],
  'the exports of the context': async ({ ctx, attempt }) => {
    const { exports } = ctx as unknown as {
      exports: {
        TwinEntrypoint: (options: object) => {
          props(): Promise<Seen>
          sum(...args: number[]): Promise<string>
          fetch: typeof fetch
        }
        TwinObject: {
          getByName(name: string): { sum(...args: number[]): Promise<string> }
        }
      }
    }
    const service = exports.TwinEntrypoint({ props: { of: 'the caller' } })
    return [
      await attempt(() => service.props()),
      await attempt(() => service.sum(1, 2)),
      await attempt(async () => await (await service.fetch('http://x/text')).text()),
      await attempt(() => exports.TwinObject.getByName('exported').sum(4)),
      exports.TwinObject.constructor.name,
    ]
  },
  'a rewriter of HTML': () =>
    rewrite('<body><p class="a">one</p><!--c--><p>two</p></body>', (rewriter, log) =>
      rewriter
        .on('p', {
          element(element) {
            log.push([
              element.tagName,
              [...element.attributes].map(String),
              describe(element.constructor.name),
            ])
            element.setAttribute('data-seen', '1').append('<b>!</b>', { html: true })
          },
          text: ({ text, lastInTextNode }) => void log.push([text, lastInTextNode]),
        })
        .on('*', { comments: (comment) => void comment.remove() })
        .onDocument({ end: (end) => void end.append('the end') }),
    ),
  'an async rewriter of HTML': ({ env }) =>
    rewrite('<i>1</i><i>2</i>', (rewriter) =>
      rewriter.on('i', {
        async element(element) {
          const text = await (await fetch(`${env.ORIGIN}/text`)).text()
          element.after(text)
        },
      }),
    ),
  'a rewriter with a response as content': ({ env }) =>
    rewrite('<div></div>', (rewriter) =>
      rewriter.on('div', {
        async element(element) {
          element.append((await fetch(`${env.ORIGIN}/text`)) as never, { html: true })
        },
      }),
    ),
  'a rewriter with a fetched stream as content': ({ env }) =>
    rewrite('<div></div>', (rewriter) =>
      rewriter.on('div', {
        async element(element) {
          const [left] = ((await fetch(`${env.ORIGIN}/chunked`)).body as ReadableStream).tee()
          element.prepend(left as never)
        },
      }),
    ),
  'a rewriter that throws': () =>
    rewrite('<p></p>', (rewriter) =>
      rewriter.on('p', {
        element() {
          throw new RangeError('in the rewriter')
        },
      }),
    ),
  'a rewriter used wrongly': async ({ env, attempt }) => [
    await attempt(() => new HTMLRewriter().on('p[', {})),
    await attempt(() => Reflect.apply(new HTMLRewriter().transform, new HTMLRewriter(), ['text'])),
    await attempt(async () => {
      const response = await fetch(`${env.ORIGIN}/text`)
      await response.text()
      return new HTMLRewriter().on('p', {}).transform(response)
    }),
  ],
  'async local storage of the worker': async () => {
    const { AsyncLocalStorage } = await import('node:async_hooks')
    const storage = new AsyncLocalStorage<string>()
    return await storage.run('mine', async () => {
      await fetch('http://127.0.0.1:1/').catch(() => {})
      const seen = [storage.getStore()]
      await new Promise((resolve) => setTimeout(resolve, 1))
      return [...seen, storage.getStore()]
    })
  },
  'async local storage around bindings': async ({ env, key }) => {
    const { AsyncLocalStorage } = await import('node:async_hooks')
    const storage = new AsyncLocalStorage<string>()
    const seen: unknown[] = []
    await storage.run('mine', async () => {
      await env.KV.get(key)
      seen.push(storage.getStore())
      await env.SERVICE.call(async () => {
        seen.push(storage.getStore() ?? 'empty')
      })
      const response = await env.SERVICE.fetch('http://x/stream')
      for await (const _ of response.body ?? []) seen[9] = storage.getStore()
    })
    return [...seen, storage.getStore() ?? 'empty']
  },
  'the globals of the worker': () =>
    Object.getOwnPropertyNames(globalThis)
      .filter((name) => !/^__|^(?:Hono|URLPattern)/.test(name))
      .sort()
      .map((name) => {
        const { writable, enumerable, configurable, get } =
          Object.getOwnPropertyDescriptor(globalThis, name) ?? {}
        return `${name} ${writable} ${enumerable} ${configurable} ${typeof get}`
      }),
  'the methods of platform classes': () =>
    [
      Response,
      Request,
      Headers,
      ReadableStream,
      WritableStream,
      TransformStream,
      WebSocket,
      Promise,
      Cache,
      EventTarget,
      Function,
    ].map(({ name, prototype }) => [
      name,
      Object.entries(Object.getOwnPropertyDescriptors(prototype))
        .map(
          ([key, { value, get, enumerable }]) =>
            `${key} ${typeof value} ${typeof get} ${enumerable} ${/native code/.test(String(value ?? get))}`,
        )
        .sort(),
    ]),
  'unhandled rejections that are handled late': async ({ env }) => {
    const sent = env.KV.get('x'.repeat(600))
    const stray = env.DB.prepare('SELECT * FROM nowhere').first()
    await new Promise((resolve) => setTimeout(resolve, 2))
    return [
      await sent.catch((error: Error) => error.message),
      await stray.catch((error: Error) => error.message),
    ]
  },
}

import { type Case, type Cases, casesOf, type TwinEnv } from '../case.ts'
import { describe, isStable, type Seen } from '../describe.ts'

/** A remote object has every property, so it is untyped here. */
type Remote = ((...args: unknown[]) => Promise<unknown> & Remote) &
  Disposable & { readonly [key: string]: Remote }

const remote = (value: unknown): Remote => value as Remote

/** The same calls by a binding that carries the context, and by one that does not. */
const BINDINGS: Readonly<Record<string, (env: TwinEnv) => unknown>> = {
  'a service in rpc': (env) => env.SERVICE,
  'a service not in rpc': (env) => env.PLAIN_SERVICE,
}
const OBJECTS: Readonly<Record<string, (env: TwinEnv) => unknown>> = {
  'an object in rpc': (env) => env.OBJECT.getByName('rpc'),
  'an object not in rpc': (env) => env.PLAIN_OBJECT.getByName('rpc-plain'),
  'an object by id': (env) => env.OBJECT.get(env.OBJECT.idFromName('rpc-id')),
}

type Call = (service: Remote, env: TwinEnv) => unknown

const VALUES: Readonly<Record<string, () => unknown>> = {
  'a date': () => new Date(0),
  'a map': () => new Map([['a', { b: 1 }]]),
  'a set': () => new Set([1, 'two']),
  bigint: () => 10n,
  undefined: () => undefined,
  null: () => null,
  NaN: () => Number.NaN,
  'minus zero': () => -0,
  bytes: () => new Uint8Array([1, 2, 3]),
  'a buffer': () => new Uint8Array([4, 5]).buffer,
  'an error': () => new RangeError('as a value'),
  'a regular expression': () => /x/gi,
  'nested objects': () => ({ a: { b: { c: { d: [1, [2, [3]]] } } } }),
  'a sparse array': () => Object.assign(new Array(3), { 1: 'middle' }),
  'a circle': () => {
    const circle: Record<string, unknown> = { a: 1 }
    circle.self = circle
    return circle
  },
  'an own class': () =>
    new (class TwinPoint {
      x = 1
    })(),
  'an object without a prototype': () => Object.assign(Object.create(null), { a: 1 }),
  'a symbol': () => Symbol('s'),
  'a promise': () => Promise.resolve(5),
  'a weak map': () => new WeakMap(),
  headers: () => new Headers({ a: 'b' }),
  'a URL': () => new URL('http://x/'),
  'an object with undefined': () => ({ a: undefined }),
  'an object with a getter': () => ({
    get a() {
      return 1
    },
  }),
  'a long text': () => 'é'.repeat(50_000),
  'many items': () => Array.from({ length: 1_000 }, (_, index) => ({ index })),
  'what looks like a carrier': () => ({
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  }),
}

const CALLS: Readonly<Record<string, Call>> = {
  'a method': (service) => service.sum?.(1, 2, 3),
  'a method without arguments': (service) => service.sum?.(),
  'a method with undefined last': (service) => service.sum?.(1, undefined),
  'two calls at once': (service) => Promise.all([service.sum?.(1), service.sum?.(2, 3)]),
  'a method taken off': async (service) => {
    const { sum } = service
    return await sum?.(1, 2)
  },
  'a method by call': (service) => Reflect.apply(remote(service.sum), undefined, [4]),
  'a method named by text': (service) => service[`s${'um'}`]?.('a', 'b'),
  'a getter awaited': (service) => service.version ?? service.size,
  'a getter of an object': (service) => service.nested?.sum?.(1, 2, 3),
  'a getter of a getter': (service) => service.nested?.inner?.sum?.(7),
  'a getter pipelined to a property': (service) => service.nested?.label,
  'a getter pipelined to a getter': (service) => service.nested?.name2,
  'a failing method of a nested target': (service) => service.nested?.fail?.(),
  'a method that is not there': (service) => service.missing?.(1),
  'a property that is not there': (service) => service.missing,
  'a private field': (service) => service['#count']?.(),
  'a method of Object.prototype': (service) => service.toString?.(),
  'hasOwnProperty of a stub': (service) => Reflect.apply(Object.prototype.hasOwnProperty, service, ['sum']),
  'the constructor of a stub': (service) => describe(remote(service.constructor)),
  'keys of a stub': (service) => [
    Reflect.ownKeys(service),
    Object.keys(service),
    'sum' in service,
    'fetch' in service,
  ],
  'a stub as text': (service) => [
    String(Object.prototype.toString.call(service)),
    JSON.stringify(service) ?? 'none',
  ],
  'the toJSON of a stub': (service) => describe(typeof service.toJSON),
  'the type of a method': (service) => [
    typeof service.sum,
    describe(service.sum),
    describe(Object.getPrototypeOf(service.sum)?.constructor?.name),
    isStable(() => service.sum),
    service.sum instanceof Function,
  ],
  'a stub awaited': async (service) => describe(await service),
  'the then of a stub': (service) => describe(typeof service.then),
  'a promise of a call': async (service) => {
    const promise = remote(service.sum)(1)
    const seen: Seen[] = [
      typeof promise,
      Object.prototype.toString.call(promise),
      promise instanceof Promise,
      describe(promise.constructor.name),
      typeof promise.then,
      typeof promise.catch,
      typeof promise.finally,
    ]
    return [...seen, describe(await promise)]
  },
  'then with a handler': (service) => remote(service.sum)(1).then((value) => [value, 'handled']),
  'catch of a failure': (service) => remote(service.fail)('range').catch((error: Error) => [error.message]),
  'finally of a call': async (service) => {
    const log: string[] = []
    await remote(service.sum)(1).finally(() => log.push('finally'))
    return log
  },
  'then without a handler': (service) =>
    Reflect.apply(remote(service.sum)(1).then, remote(service.sum)(1), []),
  'then with null': (service) =>
    Reflect.apply(Promise.prototype.then, Promise.resolve(remote(service.sum)(1)), [null]),
  'catch of a success': (service) => remote(service.sum)(1).catch(() => 'caught'),
  'finally that throws': (service) =>
    remote(service.sum)(1).finally(() => {
      throw new RangeError('in finally')
    }),
  'a promise awaited twice': async (service) => {
    const promise = remote(service.sum)(1)
    return [await promise, await promise]
  },
  'a promise awaited late': async (service) => {
    const promise = remote(service.sum)(1)
    await new Promise((resolve) => setTimeout(resolve, 3))
    return await promise
  },
  'a failing promise awaited late': async (service) => {
    const promise = remote(service.fail)('range')
    await new Promise((resolve) => setTimeout(resolve, 3))
    return await promise
  },
  'promises that race': (service) => Promise.race([remote(service.sum)(1), remote(service.sum)(1)]),
  'promises that settle': async (service) => {
    const results = await Promise.allSettled([remote(service.sum)(1), remote(service.fail)('range')])
    return results.map((result) => (result.status === 'fulfilled' ? result.value : describe(result.reason)))
  },
  'a promise resolved with a promise': (service) => Promise.resolve(remote(service.sum)(5)),
  'a promise returned by an async function': (service) => (async () => remote(service.sum)(6))(),
  'a promise yielded by a generator': async (service) => {
    const seen: unknown[] = []
    for await (const value of [remote(service.sum)(1), 2]) seen.push(value)
    return seen
  },
  'the descriptor of a then': (service) => {
    const promise = remote(service.sum)(1)
    return [Reflect.ownKeys(promise).map(String), Object.hasOwn(promise, 'then'), describe(promise.then)]
  },
  'a stub of a stub': (service) => remote(service).dup?.call === undefined || typeof service.dup,
}

const SERVICE_CALLS: Readonly<Record<string, Call>> = {
  'a state that is not shared': async (service) => [await service.count?.(), await service.count?.()],
  'an own property': (service) => service.plain,
  'an own function': (service) => service.arrow?.(),
  'a plain object with functions': async (service) => {
    const methods = remote(await service.methods)
    return [await methods.sum?.(1, 2), methods.value]
  },
  'a function of an object, pipelined': (service) => service.methods?.sum?.(1, 2, 3),
  'a value of an object, pipelined': (service) => service.methods?.value,
  'a failing getter': (service) => service.failing,
  'a failing getter, pipelined': (service) => service.failing?.anything?.(),
  'a returned target': async (service) => {
    const target = remote(await service.target?.('t'))
    return [
      describe(target),
      await target.sum?.(1, 2),
      await target.next?.(),
      await target.next?.(),
      await target.name2,
    ]
  },
  'a returned target, pipelined': (service) => service.target?.('t').sum?.(1, 2),
  'a returned target, pipelined further': (service) => service.target?.('t').deeper?.('u').inner?.sum?.(3),
  'a slow target, pipelined': (service) => service.slowTarget?.('slow').next?.(),
  'a failing target, pipelined': (service) => service.fail?.('range').sum?.(1),
  'a target’s own property': async (service) => await remote(await service.target?.('t')).label,
  'a target that fails': async (service) => await remote(await service.target?.('t')).fail?.(),
  'a target’s missing method': async (service) => await remote(await service.target?.('t')).missing?.(),
  'targets inside of objects': async (service) => {
    const targets = remote(await service.targets?.())
    const { first, list, plain } = targets as unknown as { first: Remote; list: Remote[]; plain: number }
    return [await first.sum?.(1), await list[0]?.sum?.(2, 3), plain, describe(targets)]
  },
  'targets inside of objects, pipelined': (service) => service.targets?.().first?.sum?.(1, 2),
  'a returned function': async (service) => {
    const add = remote(await service.adder?.(10))
    return [describe(add), await add(1, 2), await add()]
  },
  'a returned function, pipelined': (service) => service.adder?.(10)(1),
  'a callback': async (service) => {
    const seen: unknown[] = []
    const result = await service.call?.(
      (...args: unknown[]) => {
        seen.push(args)
        return args.length
      },
      'a',
      2,
    )
    return [result, seen]
  },
  'a callback without arguments': (service) => service.call?.((...args: unknown[]) => args.length),
  'an async callback': (service) => service.call?.(async (value: number) => value * 2, 21),
  'a callback that fails': (service) =>
    service.call?.(function TwinCallback() {
      throw new RangeError('the callback fails')
    }),
  'a callback inside of an object': (service) =>
    service.callNested?.({ callback: (...args: unknown[]) => args.join() }),
  'a callback that calls back': (service) =>
    service.call?.(
      async (inner: Remote) => await inner('x'),
      (text: string) => `${text}y`,
    ),
  'a callback with properties': (service) =>
    service.call?.(
      Object.assign((value: number) => value + 1, { extra: 1 }),
      1,
    ),
  'the same callback twice': async (service) => {
    const callback = (value: number) => value
    return [await service.call?.(callback, 1), await service.call?.(callback, 2)]
  },
  'a bound callback': (service) =>
    service.call?.(
      function (this: { own: string }, value: string) {
        return this.own + value
      }.bind({ own: 'this ' }),
      'kept',
    ),
  'a promise as an argument': (service) => service.echo?.(service.sum?.(1, 2)),
  'a promise of a target as an argument': (service) => service.keep?.(service.target?.('promised')),
  'a disposed promise': async (service) => {
    const promise = remote(service.sum)(1)
    remote(promise)[Symbol.dispose]()
    return await promise
  },
  'using a promise': async (service) => {
    using target = remote(service.target)('in use')
    return await target.sum?.(1)
  },
  'a target pipelined twice': (service) => {
    const target = remote(service.target)('twice')
    return Promise.all([target.next?.(), target.next?.(), target.name2])
  },
  'a returned target given back': async (service) => {
    const target = remote(await service.target?.('given'))
    return [await service.keep?.(target), await target.next?.()]
  },
  'using a target': async (service) => {
    const before = Number(await service.disposals?.())
    {
      using target = (await service.target?.('used')) as unknown as Remote
      await target.next?.()
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
    return Number(await service.disposals?.()) > before
  },
  'a disposed target': async (service) => {
    const target = remote(await service.target?.('disposed'))
    target[Symbol.dispose]()
    return await target.next?.()
  },
  'a duplicate of a target': async (service) => {
    const target = remote(await service.target?.('dup'))
    const copy = remote((target as unknown as { dup(): unknown }).dup())
    target[Symbol.dispose]()
    return [describe(copy), await copy.next?.()]
  },
  'a disposed result': async (service) => {
    const result = remote(await service.targets?.())
    result[Symbol.dispose]()
    const { first } = result as unknown as { first: Remote }
    return await first.next?.()
  },
  'the dispose of a plain result': async (service) => {
    const result = remote(await service.echo?.({ a: 1 }))
    return [describe(typeof result[Symbol.dispose]), Reflect.ownKeys(result).map(String), describe(result)]
  },
  'a stream': async (service) => new Response((await service.stream?.()) as unknown as ReadableStream).text(),
  'a stream of bytes': async (service) =>
    new Response((await service.objectStream?.()) as unknown as ReadableStream).text(),
  'the class of a stream': async (service) => {
    const stream = (await service.stream?.()) as unknown as ReadableStream
    const seen = [
      stream instanceof ReadableStream,
      Object.getPrototypeOf(stream) === ReadableStream.prototype,
    ]
    await stream.cancel()
    return seen
  },
  'a stream as argument': (service) => service.reads?.(new Response('sent by RPC').body),
  'a transformed stream as argument': (service) =>
    service.reads?.(new Response('sent').body?.pipeThrough(new IdentityTransformStream())),
  'a fetched stream as argument': async (service, env) =>
    service.reads?.((await fetch(`${env.ORIGIN}/text`)).body),
  'a fetched stream as argument, after a tee': async (service, env) => {
    const [left, right] = ((await fetch(`${env.ORIGIN}/text`)).body as ReadableStream).tee()
    return [await service.reads?.(left), await service.reads?.(right)]
  },
  'a fetched response as argument': async (service, env) =>
    service.readsResponse?.(await fetch(`${env.ORIGIN}/text`)),
  'a clone of a fetched response as argument': async (service, env) => {
    const response = await fetch(`${env.ORIGIN}/text`)
    return [await service.readsResponse?.(response.clone()), await response.text()]
  },
  'a response as argument': (service) => service.readsResponse?.(new Response('given', { status: 202 })),
  'a request as argument': (service) =>
    service.readsRequest?.(
      new Request('http://x/path', { method: 'PUT', body: 'b', headers: { 'x-own': '1' } }),
    ),
  'a writable stream as argument': async (service) => {
    const { readable, writable } = new IdentityTransformStream()
    const text = new Response(readable).text()
    await service.writes?.(writable)
    return await text
  },
  'a response': async (service) => {
    const response = (await service.response?.()) as unknown as Response
    return [
      response.status,
      response.headers.get('x-own'),
      response instanceof Response,
      await response.text(),
    ]
  },
  'a stub of an object, returned': async (service) => {
    const stub = remote(await service.passObject?.('passed'))
    return [describe(stub), await stub.sum?.(1, 2)]
  },
  'a stub of an object, pipelined': (service) => service.passObject?.('passed').sum?.(1, 2, 3),
  'a promise of another call, returned': (service) => service.forward?.('forwarded'),
  'a service as argument': (service, env) => service.storesThrough?.(env.SELF, '/site/text'),
  'a stub of an object as argument': (service, env) =>
    service.storesThrough?.(env.OBJECT.getByName('given'), '/text'),
  'a stub of an object inside of an argument': async (service, env) => {
    const value = remote(await service.echo?.({ a: [{ stub: env.OBJECT.getByName('inside') }] }))
    const { a } = value as unknown as { a: { stub: Remote }[] }
    return await a[0]?.stub.sum?.(4, 5)
  },
  'a stub of an object deep inside of a map': async (service, env) => {
    const value = await service.echo?.(
      new Map([['k', { a: { b: { c: { stub: env.OBJECT.getByName('deep') } } } }]]),
    )
    const inner = (value as unknown as Map<string, { a: { b: { c: { stub: Remote } } } }>).get('k')
    return await inner?.a.b.c.stub.sum?.(6)
  },
  'a binding as argument': (service, env) => service.describes?.(env.KV),
  'a namespace as argument': (service, env) => service.describes?.(env.OBJECT),
  'an id as argument': async (service, env) =>
    String(await service.echo?.(env.OBJECT.idFromName('x').toString())),
  'a target of this worker as argument': async (service) =>
    service.describes?.(
      new (class TwinPlain {
        a = 1
      })(),
    ),
  'the properties of the context': (service) => service.props?.(),
  'what the callee sees of itself': (service) => service.self?.(),
  'its fetch by RPC rules': async (service) => {
    const response = (await service.fetch?.('http://x/text')) as unknown as Response
    return [response.status, await response.text()]
  },
  'its connect': (service) => [typeof service.connect, describe(service.connect)],
  ...Object.fromEntries(
    ['range', 'own', 'cause', 'string', 'null', 'object', 'dom', 'plain'].flatMap(
      (kind): [string, Call][] => [
        [`an error of the kind ${kind}`, (service) => service.fail?.(kind)],
        [`a late error of the kind ${kind}`, (service) => service.failLater?.(kind)],
      ],
    ),
  ),
}

const VALUE_CALLS: Readonly<Record<string, Call>> = {
  ...Object.fromEntries(
    Object.entries(VALUES).flatMap(([name, make]): [string, Call][] => [
      [`an echo of ${name}`, (service) => service.echo?.(make())],
      [`what the callee sees of ${name}`, (service) => service.describes?.(make(), 1)],
    ]),
  ),
}

const OBJECT_CALLS: Readonly<Record<string, Call>> = {
  'a counter': async (object) => [await object.increment?.(2), await object.size],
  'a failing method': (object) => object.fail?.(),
  'what the object sees of itself': (object) => object.self?.(),
  'the name and id of a stub': (object) => {
    const { name, id } = object as unknown as { name?: string; id: DurableObjectId }
    return [
      name ?? 'unnamed',
      id.name ?? 'unnamed',
      typeof id.toString(),
      id.equals(id),
      describe(id.constructor.name),
    ]
  },
  'its fetch': async (object) => {
    const response = (await object.fetch?.('http://x/text')) as unknown as Response
    return [response.status, await response.text()]
  },
  'its fetch that throws': (object) => object.fetch?.('http://x/throws'),
  'an alarm': (object) => object.setsAlarm?.(),
}

const table = (
  bindings: Readonly<Record<string, (env: TwinEnv) => unknown>>,
  calls: Readonly<Record<string, Call>>,
): [string, Case][] =>
  Object.entries(bindings).flatMap(([name, get]) =>
    Object.entries(calls).map(([call, run]): [string, Case] => [
      `${call}, of ${name}`,
      ({ env }) => run(remote(get(env)), env),
    ]),
  )

export const RPC_CASES: Cases = casesOf([
  ...table({ ...BINDINGS, ...OBJECTS }, CALLS),
  ...table(BINDINGS, SERVICE_CALLS),
  ...table(OBJECTS, OBJECT_CALLS),
])

/** Values of every kind, there and back. */
export const VALUE_CASES: Cases = casesOf(table(BINDINGS, VALUE_CALLS))

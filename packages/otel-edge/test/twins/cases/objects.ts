import type { Case, Cases, Twin } from '../case.ts'
import { describe, isStable, type Seen } from '../describe.ts'

type Step = (storage: DurableObjectStorage, twin: Twin) => unknown

const steps =
  (...calls: Step[]): Case =>
  async (twin) => {
    const { storage } = twin
    if (!storage) return 'not in an object'
    await storage.deleteAll()
    const seen: Seen[] = []
    for (const [index, call] of calls.entries()) {
      const step = Object.defineProperty(call, 'name', { value: `step ${index}` })
      seen.push(await twin.attempt(() => step(storage, twin)))
    }
    return seen
  }

const loose = (value: unknown) => value as Record<string, (...args: unknown[]) => Promise<unknown>>

/** Run inside of a Durable Object only. */
export const STORAGE_CASES: Cases = {
  'storage of keys and values': steps(
    (storage) => storage.put('a', { b: [1, new Date(0)] }),
    (storage) => storage.put({ c: 1, d: 2 }),
    (storage) => storage.get('a'),
    (storage) => storage.get(['a', 'c', 'missing']),
    (storage) => storage.get('missing'),
    (storage) => storage.list(),
    (storage) => storage.list({ prefix: 'c', limit: 1 }),
    (storage) => storage.list({ start: 'b', reverse: true }),
    (storage) => storage.delete('a'),
    (storage) => storage.delete(['c', 'missing']),
    (storage) => storage.put('x', 1, { allowUnconfirmed: true, noCache: true }),
    (storage) => storage.sync(),
    (storage) => loose(storage).get?.(),
    (storage) => loose(storage).put?.(),
    (storage) => loose(storage).put?.('a'),
    (storage) => storage.put('f', () => 1),
    (storage) => storage.put('x'.repeat(3_000), 1),
    (storage) => Reflect.apply(storage.get, undefined, ['a']),
  ),
  'transactions of storage': steps(
    (storage) =>
      storage.transaction(async (transaction) => {
        await transaction.put('a', 1)
        return [await transaction.get('a'), transaction.constructor.name]
      }),
    (storage) =>
      storage.transaction(async (transaction) => {
        await transaction.put('a', 2)
        throw new RangeError('undone')
      }),
    (storage) =>
      storage.transaction(async (transaction) => {
        await transaction.put('a', 3)
        transaction.rollback()
      }),
    (storage) => storage.get('a'),
    (storage) => storage.transactionSync(() => 5),
    (storage) =>
      storage.transactionSync(() => {
        throw new TypeError('undone at once')
      }),
    (storage) => loose(storage).transaction?.(),
  ),
  'the SQL of storage': steps(
    (storage) => describe(storage.sql.exec('CREATE TABLE IF NOT EXISTS t (a INTEGER, b TEXT)').toArray()),
    (storage) => storage.sql.exec('INSERT INTO t VALUES (?, ?), (?, ?)', 1, 'x', 2, null).rowsWritten,
    (storage) => storage.sql.exec('SELECT * FROM t ORDER BY a').toArray(),
    (storage) => [...storage.sql.exec('SELECT a FROM t ORDER BY a').raw()],
    (storage) => storage.sql.exec('SELECT a FROM t WHERE a = 1').one(),
    (storage) => storage.sql.exec('SELECT a FROM t').one(),
    (storage) => storage.sql.exec('SELECT a FROM t').columnNames,
    (storage) => {
      const cursor = storage.sql.exec('SELECT a FROM t ORDER BY a')
      return [cursor.constructor.name, cursor.next(), [...cursor], cursor.rowsRead]
    },
    (storage) => storage.sql.exec('SELECT * FROM nowhere'),
    (storage) => storage.sql.exec('SELECT ?'),
    (storage) => loose(storage.sql).exec?.(),
    (storage) => typeof storage.sql.databaseSize,
    (storage) => storage.sql instanceof Object && storage.sql.constructor.name,
    (storage) => Reflect.apply(storage.sql.exec, {}, ['SELECT 1']),
    (storage) => storage.sql.exec('DROP TABLE t').toArray(),
  ),
  'the synchronous keys of storage': steps(
    (storage) => storage.kv.put('a', 1),
    (storage) => storage.kv.get('a'),
    (storage) => [...storage.kv.list()],
    (storage) => storage.kv.delete('a'),
    (storage) => storage.kv.constructor.name,
  ),
  'alarms of storage': steps(
    (storage) => storage.getAlarm(),
    (storage) => storage.setAlarm(new Date(Date.now() + 60_000)),
    async (storage) => typeof (await storage.getAlarm()),
    (storage) => storage.deleteAlarm(),
    (storage) => storage.getAlarm(),
    (storage) => loose(storage).setAlarm?.(),
    (storage) => storage.setAlarm(-5),
    (storage) => storage.deleteAlarm(),
  ),
  'storage as an object': steps(
    (storage) => Object.keys(storage),
    (storage) => storage.constructor.name,
    (storage) => isStable(() => storage.get),
    (storage) => describe(storage.put),
    (storage) => isStable(() => storage.sql),
    (storage) => isStable(() => Object.getPrototypeOf(storage)),
    (storage) => [...new Set(Reflect.ownKeys(Object.getPrototypeOf(storage) as object))].map(String).sort(),
    (storage) => storage.getCurrentBookmark().then((bookmark) => typeof bookmark),
    (storage) => storage.deleteAll(),
  ),
  'the context of an object': (twin) => [
    Object.getOwnPropertyNames(twin.ctx).map((name) => {
      const { writable, enumerable, configurable, get } =
        Object.getOwnPropertyDescriptor(twin.ctx, name) ?? {}
      return `${name} ${writable} ${enumerable} ${configurable} ${typeof get}`
    }),
    twin.ctx.constructor.name,
    Object.prototype.toString.call(twin.ctx),
  ],
}

type Socket = WebSocket

const next = (socket: Socket): Promise<Seen> =>
  new Promise((resolve) => {
    socket.addEventListener('message', ({ data }) => resolve(['message', describe(data)]), { once: true })
    socket.addEventListener(
      'close',
      ({ code, reason, wasClean }) => resolve(['close', code, reason, wasClean]),
      { once: true },
    )
    socket.addEventListener('error', ({ type }) => resolve([type]), { once: true })
  })

const say = async (socket: Socket, message: string | ArrayBuffer): Promise<Seen> => {
  const answer = next(socket)
  socket.send(message)
  return await answer
}

async function connect(stub: { fetch: typeof fetch }, path: string): Promise<[Response, Socket]> {
  const response = await stub.fetch(`http://x/${path}`, { headers: { upgrade: 'websocket' } })
  const { webSocket } = response
  if (!webSocket) throw new Error(`no socket, but ${response.status}`)
  webSocket.accept()
  return [response, webSocket]
}

const until = async (
  read: () => Promise<string[]>,
  isOver: (log: string[]) => boolean,
): Promise<string[]> => {
  for (let waits = 0; ; waits++) {
    const log = await read()
    if (isOver(log) || waits > 100) return log
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Streams that another worker makes, and is asked to end. */
const STREAMS: Cases = {
  'a stream of a service that is cancelled': async ({ env, key }) => {
    const { body } = await env.SERVICE.fetch(`http://x/endless?${key}`)
    const reader = (body as ReadableStream).getReader()
    await reader.read()
    await reader.cancel(new RangeError('enough'))
    return await until(
      async () => await (await env.SERVICE.fetch(`http://x/asked?${key}`)).json(),
      (log) => log.length > 0,
    )
  },
  'a stream of a service that is not read': async ({ env, key }) => {
    const response = await env.SERVICE.fetch(`http://x/endless?${key}`)
    await response.body?.cancel()
    return await until(
      async () => await (await env.SERVICE.fetch(`http://x/asked?${key}`)).json(),
      (log) => log.length > 0,
    )
  },
  'how far a stream of a service is pulled ahead': async ({ env, key }) => {
    const { body } = await env.SERVICE.fetch(`http://x/pulled?${key}`)
    const reader = (body as ReadableStream).getReader()
    await reader.read()
    await new Promise((resolve) => setTimeout(resolve, 30))
    const pulls = await (await env.SERVICE.fetch(`http://x/asked?${key}`)).json()
    await reader.cancel()
    return pulls
  },
}

const SOCKETS: Cases = {
  'a pair of sockets': async ({ attempt }) => {
    const pair = new WebSocketPair()
    const { 0: client, 1: server } = pair
    const seen: Seen[] = [Object.keys(pair), client instanceof WebSocket, client.readyState]
    seen.push(await attempt(() => server.send('before accept')))
    server.accept()
    client.accept()
    const log: Seen[] = []
    server.addEventListener('message', ({ data }) => server.send(`got ${data}`))
    server.addEventListener('close', ({ code, reason }) => log.push(['server', code, reason]))
    seen.push(await say(client, 'hello'))
    const closed = next(client)
    client.close(4000, 'bye')
    server.close(4000, 'bye')
    seen.push(await closed, describe(log), client.readyState)
    seen.push(await attempt(() => client.send('too late')))
    seen.push(await attempt(() => client.close(99)))
    return seen
  },
  'a context kept by listeners of a socket': async () => {
    const { 0: client, 1: server } = new WebSocketPair()
    client.accept()
    server.accept()
    const order: string[] = []
    const done = new Promise((resolve) => {
      client.addEventListener('message', (event) => {
        order.push(`${event.data} ${event.target === client} ${event.constructor.name}`)
        if (order.length === 3) resolve(order)
      })
    })
    for (const message of ['1', '2', '3']) server.send(message)
    return await done
  },
  'sockets of a hibernating object': async ({ env, key, attempt }) => {
    const stub = env.OBJECT.getByName(key)
    const [response, socket] = await connect(stub as unknown as { fetch: typeof fetch }, 'room')
    const seen: Seen[] = [
      response.status,
      response instanceof Response,
      response.webSocket === socket,
      response.body === null,
      Object.getPrototypeOf(response) === Response.prototype,
      socket instanceof WebSocket,
    ]
    seen.push(await say(socket, 'hello'))
    seen.push(await say(socket, 'ping'))
    seen.push(await say(socket, new Uint8Array([1, 2, 3]).buffer))
    seen.push(await attempt(() => stub.events()))
    seen.push(await say(socket, 'close'))
    socket.close()
    return seen
  },
  'an object asked for a socket by a service': async ({ env, attempt }) =>
    await attempt(() =>
      env.SERVICE.fetch('http://x/text', { headers: { upgrade: 'websocket' } }).then(({ status }) => status),
    ),
  'an object whose constructor throws': async ({ env, attempt }) => [
    await attempt(() => env.BROKEN.getByName('a').sum(1)),
    await attempt(() => env.BROKEN.getByName('a').fetch('http://x/')),
  ],
  'an object that aborts itself': async ({ env, key, attempt }) => {
    const stub = env.OBJECT.getByName(key)
    await stub.increment(3)
    const died = await attempt(() => stub.dies())
    const again = await attempt(() => env.OBJECT.getByName(key).increment(1))
    return [died, again]
  },
  'a namespace of objects': async ({ env, attempt }) => {
    const { OBJECT } = env
    const id = OBJECT.idFromName('name')
    return [
      id.name ?? 'unnamed',
      id.equals(OBJECT.idFromString(id.toString())),
      OBJECT.newUniqueId().equals(OBJECT.newUniqueId()),
      OBJECT.get(id).id.equals(id),
      OBJECT.constructor.name,
      describe(OBJECT.get(id).constructor.name),
      describe(OBJECT.get),
      await attempt(() => OBJECT.idFromString('nonsense')),
      await attempt(() => Reflect.apply(OBJECT.get, OBJECT, [])),
      await attempt(() => Reflect.apply(OBJECT.get, OBJECT, ['text'])),
      await attempt(() => Reflect.apply(OBJECT.getByName, OBJECT, [])),
      await attempt(() => Reflect.apply(OBJECT.get, {}, [id])),
      await attempt(() => OBJECT.get(id, { locationHint: 'weur' }).sum(1)),
      await attempt(() => OBJECT.jurisdiction('eu').constructor.name),
    ]
  },
  'the order of calls of one stub': async ({ env, key }) => {
    const stub = env.OBJECT.getByName(key)
    const results = await Promise.all(Array.from({ length: 8 }, () => stub.increment(1)))
    return results
  },
  'an input gate that stays closed in the constructor': async ({ env, key }) => {
    const stub = env.OBJECT.getByName(key)
    return [await stub.events(), await stub.increment(2)]
  },
}

export const OBJECT_CASES: Cases = { ...STREAMS, ...SOCKETS }

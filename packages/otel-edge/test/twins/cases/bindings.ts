import { type Case, type Cases, casesOf, type Twin } from '../case.ts'
import { describe, headersOf, isStable, type Seen } from '../describe.ts'

type Step = (twin: Twin) => unknown

/** A case of several calls in a row, each described for itself. */
const steps =
  (...calls: Step[]): Case =>
  async (twin) => {
    const seen: Seen[] = []
    for (const [index, call] of calls.entries()) {
      const step = Object.defineProperty(call, 'name', { value: `step ${index}` })
      seen.push(await twin.attempt(() => step(twin)))
    }
    return seen
  }

const loose = (value: unknown) => value as Record<string, (...args: unknown[]) => Promise<unknown>>

const KV_CASES: Cases = {
  'KV values of each type': steps(
    ({ env, key }) => env.KV.put(key, '{"a":1}'),
    ({ env, key }) => env.KV.get(key),
    ({ env, key }) => env.KV.get(key, 'text'),
    ({ env, key }) => env.KV.get(key, 'json'),
    ({ env, key }) => env.KV.get(key, { type: 'json', cacheTtl: 60 }),
    ({ env, key }) => env.KV.get(key, 'arrayBuffer'),
    async ({ env, key }) => new Response(await env.KV.get(key, 'stream')).text(),
    ({ env }) => env.KV.get('missing'),
    ({ env }) => env.KV.get('missing', 'stream'),
    ({ env, key }) => env.KV.get([key, 'missing']),
    ({ env, key }) => env.KV.get([key], 'json'),
    ({ env, key }) => env.KV.delete(key),
    ({ env, key }) => env.KV.get(key),
    ({ env }) => env.KV.delete('missing'),
  ),
  'KV values put as each type': steps(
    ({ env, key }) => env.KV.put(`${key}1`, new Uint8Array([1, 2, 3])),
    ({ env, key }) => env.KV.put(`${key}2`, new Uint8Array([1, 2, 3]).buffer),
    ({ env, key }) => env.KV.put(`${key}3`, new Response('stream').body as ReadableStream),
    async ({ env, key }) => env.KV.put(`${key}4`, (await fetch(`${env.ORIGIN}/text`)).body as ReadableStream),
    async ({ env, key }) => {
      const [left, right] = ((await fetch(`${env.ORIGIN}/text`)).body as ReadableStream).tee()
      await env.KV.put(`${key}5`, left)
      return await new Response(right).text()
    },
    async ({ env, key }) =>
      env.KV.put(`${key}6`, (await fetch(`${env.ORIGIN}/chunked`)).body as ReadableStream),
    ({ env, key }) => Promise.all([1, 2, 3, 4, 5, 6].map((number) => env.KV.get(`${key}${number}`))),
  ),
  'KV metadata and lists': steps(
    ({ env, key }) => env.KV.put(`${key}/a`, '1', { metadata: { m: [1] }, expirationTtl: 3600 }),
    ({ env, key }) => env.KV.put(`${key}/b`, '2'),
    ({ env, key }) => env.KV.getWithMetadata(`${key}/a`),
    ({ env, key }) => env.KV.getWithMetadata(`${key}/b`, 'json'),
    ({ env }) => env.KV.getWithMetadata('missing', { type: 'json' }),
    async ({ env, key }) => {
      const { keys, list_complete } = await env.KV.list({ prefix: key })
      return [keys.map(({ name, metadata }) => [name, metadata]), list_complete]
    },
    async ({ env, key }) => {
      const page = await env.KV.list({ prefix: key, limit: 1 })
      return [page.keys.length, page.list_complete, page.list_complete || typeof page.cursor]
    },
  ),
  'KV errors': steps(
    ({ env }) => loose(env.KV).get?.(),
    ({ env }) => env.KV.get(''),
    ({ env }) => env.KV.get('.'),
    ({ env }) => env.KV.get('x'.repeat(600)),
    ({ env, key }) => env.KV.put(key, 'not json'),
    ({ env, key }) => env.KV.get(key, 'json'),
    ({ env, key }) => loose(env.KV).get?.(key, 'other'),
    ({ env }) => loose(env.KV).put?.('a'),
    ({ env }) => loose(env.KV).put?.('a', {}),
    ({ env }) => loose(env.KV).put?.('a', 5),
    ({ env }) => loose(env.KV).put?.('a', () => 1),
    ({ env }) => env.KV.put('a', 'b', { expirationTtl: 1 }),
    ({ env }) => env.KV.put('a', 'b', { metadata: 'x'.repeat(2000) }),
    ({ env }) => env.KV.list({ limit: -1 }),
    ({ env }) => env.KV.get([]),
    ({ env }) => loose(env.KV).missing?.(),
    ({ env }) => Reflect.apply(env.KV.get, {}, ['a']),
    ({ env }) => Reflect.apply(env.KV.get, undefined, ['a']),
    ({ env }) => {
      const { get } = env.KV
      return get('a')
    },
  ),
}

const SQL = 'CREATE TABLE IF NOT EXISTS items (id INTEGER PRIMARY KEY, name TEXT, price REAL, data BLOB)'
const withoutMeta = (result: object) => {
  const { meta, ...rest } = result as { meta?: { changes: number; last_row_id: number } }
  return { ...rest, meta: meta && [Object.keys(meta).sort().join(), meta.changes] }
}

const D1_CASES: Cases = {
  'D1 statements': steps(
    ({ env }) => env.DB.exec(SQL).then(({ count }) => count),
    ({ env, key }) =>
      env.DB.prepare('INSERT INTO items (name, price) VALUES (?1, ?2)')
        .bind(key, 1.5)
        .run()
        .then(withoutMeta),
    ({ env, key }) =>
      env.DB.prepare('INSERT INTO items (name, data) VALUES (?, ?)')
        .bind(key, new Uint8Array([1, 2]))
        .run()
        .then(withoutMeta),
    ({ env, key }) =>
      env.DB.prepare('SELECT name, price, data FROM items WHERE name = ?').bind(key).all().then(withoutMeta),
    ({ env, key }) => env.DB.prepare('SELECT name, price FROM items WHERE name = ?').bind(key).first(),
    ({ env, key }) => env.DB.prepare('SELECT name, price FROM items WHERE name = ?').bind(key).first('price'),
    ({ env }) => env.DB.prepare('SELECT name FROM items WHERE name = ?').bind('missing').first(),
    ({ env, key }) => env.DB.prepare('SELECT name, price FROM items WHERE name = ?').bind(key).raw(),
    ({ env, key }) =>
      env.DB.prepare('SELECT name, price FROM items WHERE name = ?').bind(key).raw({ columnNames: true }),
    ({ env, key }) => env.DB.prepare('DELETE FROM items WHERE name = ?').bind(key).run().then(withoutMeta),
  ),
  'D1 batches and sessions': steps(
    ({ env }) => env.DB.exec(SQL).then(({ count }) => count),
    async ({ env, key }) => {
      const insert = env.DB.prepare('INSERT INTO items (name) VALUES (?)')
      const results = await env.DB.batch([
        insert.bind(key),
        insert.bind(key),
        env.DB.prepare('SELECT 1 AS one'),
      ])
      return results.map(withoutMeta)
    },
    async ({ env, key }) => {
      const session = env.DB.withSession('first-primary')
      const { results } = await session.prepare('SELECT name FROM items WHERE name = ?').bind(key).all()
      const batch = await session.batch([session.prepare('SELECT 2 AS two')])
      return [results, batch.map(withoutMeta), typeof session.getBookmark(), describe(session.constructor)]
    },
    ({ env }) => env.DB.withSession().prepare('SELECT 3 AS three').first(),
    async ({ env }) => {
      const session = env.DB.withSession()
      return (await env.DB.batch([session.prepare('SELECT 4 AS four')])).map(withoutMeta)
    },
    ({ env, key }) =>
      env.DB.batch([
        env.DB.prepare('INSERT INTO items (name) VALUES (?)').bind(`${key}-undone`),
        env.DB.prepare('SELECT * FROM nowhere'),
      ]),
    ({ env, key }) =>
      env.DB.prepare('SELECT COUNT(*) AS n FROM items WHERE name = ?').bind(`${key}-undone`).first('n'),
    ({ env }) => env.DB.batch([]),
    ({ env }) => loose(env.DB).batch?.(),
    ({ env }) => loose(env.DB).batch?.([{}]),
    ({ env }) => loose(env.DB).batch?.('text'),
  ),
  'D1 errors': steps(
    ({ env }) => env.DB.prepare('SELECT * FROM nowhere').all(),
    ({ env }) => env.DB.prepare('SELECT * FROM nowhere').first(),
    ({ env }) => env.DB.prepare('SELECT * FROM nowhere').run(),
    ({ env }) => env.DB.prepare('SELECT * FROM nowhere').raw(),
    ({ env }) => env.DB.prepare('SELECT ?').all(),
    ({ env }) => env.DB.prepare('SELECT ?').bind(undefined),
    ({ env }) => env.DB.prepare('SELECT ?').bind({}),
    ({ env }) => env.DB.prepare('SELECT ?').bind(1n),
    ({ env }) => env.DB.prepare('SELECT 1 AS one').first('two'),
    ({ env }) => env.DB.prepare('').all(),
    ({ env }) => loose(env.DB).prepare?.(),
    ({ env }) => loose(env.DB).prepare?.(5),
    ({ env }) => env.DB.exec('NOT SQL'),
    ({ env }) => loose(env.DB).exec?.(),
    ({ env }) => loose(env.DB).withSession?.(5),
    ({ env }) => env.DB.dump(),
    ({ env }) => Reflect.apply(env.DB.prepare, undefined, ['SELECT 1']),
  ),
  'D1 objects': ({ env }) => {
    const statement = env.DB.prepare('SELECT ?')
    const bound = statement.bind(1)
    return [
      env.DB.constructor.name,
      Object.prototype.toString.call(env.DB),
      statement.constructor.name,
      statement === bound,
      bound.constructor === statement.constructor,
      Object.keys(env.DB).sort(),
      Object.keys(statement).sort(),
      Object.keys(bound).sort(),
      describe(statement.all),
      describe(env.DB.prepare),
      isStable(() => statement.all),
      isStable(() => env.DB.prepare),
      describe(Object.getPrototypeOf(statement) === Object.getPrototypeOf(bound)),
      JSON.stringify(bound).length > 0,
      'all' in bound,
      Reflect.has(env.DB, 'nothing'),
    ]
  },
}

const objectOf = (object: R2Object | R2ObjectBody | null) =>
  object && [
    object.constructor.name,
    object.size,
    object.etag,
    object.httpEtag,
    object.checksums.toJSON(),
    object.httpMetadata,
    object.customMetadata,
    object.range,
    object.storageClass,
    'body' in object,
  ]

const R2_CASES: Cases = {
  'R2 objects': steps(
    ({ env, key }) =>
      env.FILES.put(key, 'contents', {
        httpMetadata: { contentType: 'text/plain', cacheControl: 'max-age=1' },
        customMetadata: { a: 'b' },
        md5: '98bf7d8c15784f0a3d63204441e1e2aa',
      }).then(objectOf),
    ({ env, key }) => env.FILES.head(key).then(objectOf),
    ({ env, key }) => env.FILES.get(key).then(objectOf),
    async ({ env, key }) => (await env.FILES.get(key))?.text(),
    async ({ env, key }) => (await env.FILES.get(key))?.arrayBuffer(),
    async ({ env, key }) => (await env.FILES.get(key))?.bytes(),
    async ({ env, key }) => (await (await env.FILES.get(key))?.blob())?.type,
    async ({ env, key }) => (await env.FILES.get(key))?.json(),
    async ({ env, key }) => {
      const object = await env.FILES.get(key)
      const headers = new Headers()
      object?.writeHttpMetadata(headers)
      const { body } = object as R2ObjectBody
      const seen = [body instanceof ReadableStream, object?.bodyUsed, headersOf(headers)]
      return [...seen, await new Response(body).text(), object?.bodyUsed]
    },
    async ({ env, key }) => {
      const object = (await env.FILES.get(key)) as R2ObjectBody
      await object.text()
      return object.text()
    },
    ({ env, key }) => env.FILES.get(key, { range: { offset: 2, length: 3 } }).then(objectOf),
    async ({ env, key }) => ((await env.FILES.get(key, { range: { suffix: 2 } })) as R2ObjectBody).text(),
    async ({ env, key }) =>
      ((await env.FILES.get(key, { range: new Headers({ range: 'bytes=1-2' }) })) as R2ObjectBody).text(),
    ({ env, key }) => env.FILES.get(key, { onlyIf: { etagMatches: 'other' } }).then(objectOf),
    ({ env, key }) => env.FILES.get(key, { onlyIf: new Headers({ 'if-none-match': '"x"' }) }).then(objectOf),
    ({ env, key }) => env.FILES.put(key, 'new', { onlyIf: { etagDoesNotMatch: '*' } }).then(objectOf),
    ({ env }) => env.FILES.get('missing'),
    ({ env }) => env.FILES.head('missing'),
    ({ env, key }) => env.FILES.delete([key, 'missing']),
  ),
  'R2 bodies of each kind': steps(
    ({ env, key }) => env.FILES.put(`${key}1`, new Uint8Array([1])).then(objectOf),
    ({ env, key }) => env.FILES.put(`${key}2`, new Blob(['blob'])).then(objectOf),
    ({ env, key }) => env.FILES.put(`${key}3`, null).then(objectOf),
    async ({ env, key }) => env.FILES.put(`${key}4`, (await fetch(`${env.ORIGIN}/text`)).body).then(objectOf),
    async ({ env, key }) =>
      env.FILES.put(`${key}5`, (await fetch(`${env.ORIGIN}/chunked`)).body).then(objectOf),
    async ({ env, key }) =>
      env.FILES.put(`${key}6`, (await fetch(`${env.ORIGIN}/text`)).clone().body).then(objectOf),
    async ({ env, key }) => {
      const [left, right] = ((await fetch(`${env.ORIGIN}/text`)).body as ReadableStream).tee()
      return [objectOf(await env.FILES.put(`${key}7`, left)), objectOf(await env.FILES.put(`${key}8`, right))]
    },
    async ({ env, key }) => env.FILES.put(`${key}9`, new Response(null).body).then(objectOf),
    async ({ env, key }) => {
      const response = await fetch(`${env.ORIGIN}/text`)
      return objectOf(await env.FILES.put(`${key}10`, new Response(response.body, response).body))
    },
    async ({ env, key }) => {
      const response = await env.SERVICE.fetch('http://service/text')
      return objectOf(await env.FILES.put(`${key}11`, response.body))
    },
    async ({ env, key }) => {
      await env.FILES.put(`${key}12`, 'copied')
      const object = (await env.FILES.get(`${key}12`)) as R2ObjectBody
      return objectOf(await env.FILES.put(`${key}13`, object.body))
    },
    async ({ env, key }) => {
      const { objects, truncated, delimitedPrefixes } = await env.FILES.list({ prefix: key, limit: 4 })
      return [objects.map((object) => [object.key, object.size]), truncated, delimitedPrefixes]
    },
    async ({ env, key }) =>
      (await env.FILES.list({ prefix: key, include: ['httpMetadata', 'customMetadata'] })).objects.map(
        objectOf,
      ),
  ),
  'R2 uploads in parts': steps(
    async ({ env, key }) => {
      const upload = await env.FILES.createMultipartUpload(key, { customMetadata: { a: 'b' } })
      const part = await upload.uploadPart(1, 'all of it')
      const object = await upload.complete([part])
      return [
        upload.key === key,
        typeof upload.uploadId,
        Object.keys(upload).sort(),
        upload.constructor.name,
        part.partNumber,
        Object.keys(part).sort(),
        object.size,
        object.customMetadata,
      ]
    },
    async ({ env, key }) => {
      const { uploadId } = await env.FILES.createMultipartUpload(key)
      const upload = env.FILES.resumeMultipartUpload(key, uploadId)
      await upload.uploadPart(1, new Uint8Array([1, 2]))
      return [upload.uploadId === uploadId, describe(await upload.abort())]
    },
    ({ env, key }) => env.FILES.resumeMultipartUpload(key, 'no such upload').uploadPart(1, 'x'),
    ({ env, key }) => env.FILES.resumeMultipartUpload(key, 'no such upload').complete([]),
    ({ env }) => loose(env.FILES).createMultipartUpload?.(),
    ({ env }) => loose(env.FILES).resumeMultipartUpload?.(),
  ),
  'R2 errors': steps(
    ({ env }) => loose(env.FILES).get?.(),
    ({ env }) => loose(env.FILES).put?.('a'),
    ({ env }) => loose(env.FILES).put?.('a', {}),
    ({ env }) => env.FILES.put('a', 'b', { md5: 'wrong' }),
    ({ env }) => env.FILES.put('a', 'b', { md5: '00000000000000000000000000000000' }),
    ({ env }) => env.FILES.put('x'.repeat(2_000), 'b'),
    ({ env }) => env.FILES.get('a', { range: { offset: 100 } }),
    ({ env }) => env.FILES.list({ limit: 5_000 }),
    ({ env }) => env.FILES.list({ cursor: 'nonsense' }),
    ({ env }) => env.FILES.delete(''),
    ({ env }) => loose(env.FILES).put?.('a', new ReadableStream()),
    ({ env }) => loose(env.FILES).put?.('a', () => 1),
    ({ env }) => Reflect.apply(env.FILES.get, null, ['a']),
  ),
}

/** The object of this name stores the messages of the consumer. */
async function received({ env, key }: Twin, count: number): Promise<unknown> {
  for (let waits = 0; ; waits++) {
    const { keys } = await env.KV.list({ prefix: `received/${key}/` })
    if (keys.length >= count || waits > 700) {
      const values = await Promise.all(keys.map(({ name }) => env.KV.get(name, 'json')))
      return values
        .map((value) => JSON.stringify(value))
        .sort()
        .map((value) => JSON.parse(value) as unknown)
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const QUEUE_CASES: Cases = casesOf(
  (['QUEUE', 'PLAIN_QUEUE'] as const).flatMap((name): [string, Case][] => [
    [
      `${name}: messages of each content type arrive as they were sent`,
      async (twin) => {
        const queue = twin.env[name]
        const { key } = twin
        const sent: Seen[] = []
        for (const [body, contentType] of [
          [{ key, a: [1, { b: null }] }, undefined],
          [{ key, n: 1 }, 'json'],
          [`text ${key}`, 'text'],
          [new TextEncoder().encode(`bytes ${key}`), 'bytes'],
          [{ key, date: new Date(0), map: new Map([[1, 2]]) }, 'v8'],
          [`json ${key}`, 'json'],
        ] as const) {
          sent.push(await twin.attempt(() => queue.send(body, contentType && { contentType })))
        }
        sent.push(
          await twin.attempt(() =>
            queue.sendBatch(
              (function* () {
                yield { body: { key, batch: 1 } }
                yield { body: `in a batch ${key}`, contentType: 'text' as const }
                yield { body: { key, late: true }, delaySeconds: 0 }
              })(),
            ),
          ),
        )
        return [sent, await received(twin, 9)]
      },
    ],
    [
      `${name}: a message is retried, and acknowledged then`,
      async (twin) => {
        await twin.env[name].send({ key: twin.key, retry: true })
        return await received(twin, 2)
      },
    ],
    [
      `${name}: errors of send`,
      steps(
        ({ env }) => loose(env[name]).send?.(),
        ({ env }) => env[name].send(() => 1),
        ({ env }) => env[name].send(Symbol('s'), { contentType: 'v8' }),
        ({ env }) => env[name].send(10n),
        ({ env }) => env[name].send({ big: 10n }),
        ({ env }) => {
          const circle: Record<string, unknown> = {}
          circle.self = circle
          return env[name].send(circle)
        },
        ({ env }) =>
          env[name].send({
            toJSON() {
              throw new RangeError('no JSON')
            },
          }),
        ({ env }) => env[name].send({ fn: () => 1 }, { contentType: 'v8' }),
        ({ env }) => env[name].send({}, { contentType: 'text' }),
        ({ env }) => env[name].send('text', { contentType: 'bytes' }),
        ({ env }) => loose(env[name]).send?.('text', { contentType: 'other' }),
        ({ env }) => loose(env[name]).send?.('text', 5),
        ({ env }) => env[name].send('x', { delaySeconds: -1 }),
        ({ env }) => env[name].send('x', { delaySeconds: 1e9 }),
        ({ env }) => loose(env[name]).sendBatch?.(),
        ({ env }) => env[name].sendBatch([]),
        ({ env }) => loose(env[name]).sendBatch?.([{}]),
        ({ env }) => loose(env[name]).sendBatch?.(['x']),
        ({ env }) => loose(env[name]).sendBatch?.([null]),
        ({ env }) => loose(env[name]).sendBatch?.({}),
        ({ env }) => env[name].sendBatch([{ body: () => 1 }]),
        ({ env }) => loose(env[name]).missing?.(),
        ({ env }) => Reflect.apply(env[name].send, undefined, ['x']),
      ),
    ],
  ]),
)

const CACHE_CASES: Cases = {
  'the default cache': steps(
    ({ env, key }) =>
      caches.default.put(
        `http://cache/${env.SIDE}${key}`,
        new Response('kept', { headers: { 'cache-control': 'max-age=60' } }),
      ),
    async ({ env, key }) => {
      const hit = await caches.default.match(`http://cache/${env.SIDE}${key}`)
      return [hit?.status, hit && headersOf(hit.headers), await hit?.text()]
    },
    ({ env, key }) =>
      caches.default
        .match(new Request(`http://cache/${env.SIDE}${key}`, { method: 'HEAD' }))
        .then((hit) => hit?.status),
    ({ env, key }) => caches.default.match(new Request(`http://cache/${env.SIDE}${key}`, { method: 'POST' })),
    ({ env, key }) =>
      caches.default.match(new URL(`http://cache/${env.SIDE}${key}`)).then((hit) => hit?.status),
    ({ env, key }) => caches.default.delete(`http://cache/${env.SIDE}${key}`),
    ({ env, key }) => caches.default.delete(`http://cache/${env.SIDE}${key}`),
    ({ env, key }) => caches.default.match(`http://cache/${env.SIDE}${key}`),
    () => loose(caches.default).match?.(),
    () => loose(caches.default).put?.(),
    () => caches.default.put('not an address', new Response('x')),
    ({ env, key }) =>
      caches.default.put(
        new Request(`http://cache/${env.SIDE}${key}`, { method: 'POST' }),
        new Response('x'),
      ),
    ({ env, key }) =>
      caches.default.put(`http://cache/${env.SIDE}${key}`, new Response('x', { status: 206 })),
    ({ env, key }) =>
      caches.default.put(`http://cache/${env.SIDE}${key}`, new Response('x', { headers: { vary: '*' } })),
    ({ env, key }) => loose(caches.default).put?.(`http://cache/${env.SIDE}${key}`, 'no response'),
    () => Reflect.apply(caches.default.match, undefined, ['http://x/']),
  ),
  'a named cache': steps(
    async ({ env, key }) => {
      const cache = await caches.open('named')
      const response = await fetch(`${env.ORIGIN}/text`)
      const copy = new Response(response.body, response)
      copy.headers.set('cache-control', 'max-age=60')
      await cache.put(`http://cache/${env.SIDE}${key}`, copy)
      return [await (await cache.match(`http://cache/${env.SIDE}${key}`))?.text(), copy.bodyUsed]
    },
    async ({ env, key }) => {
      const cache = await caches.open('named')
      const response = await fetch(`${env.ORIGIN}/text`)
      await cache.put(`http://cache/${env.SIDE}${key}-clone`, response.clone())
      return await response.text()
    },
    async ({ env, key }) => {
      const cache = await caches.open('named')
      await cache.put(`http://cache/${env.SIDE}${key}-fetched`, await fetch(`${env.ORIGIN}/chunked`))
      return (await cache.match(`http://cache/${env.SIDE}${key}-fetched`))?.status
    },
    () => loose(caches).open?.(),
    () => caches.open('x'.repeat(2_000)).then((cache) => cache.constructor.name),
    async () => (await caches.open('a')) instanceof Cache,
  ),
  'the objects of caches': () => [
    caches instanceof CacheStorage,
    caches.default instanceof Cache,
    isStable(() => caches.default),
    caches === Reflect.get(globalThis, 'caches'),
    caches.constructor.name,
    Object.prototype.toString.call(caches),
    Object.prototype.toString.call(caches.default),
    describe(caches.open),
    describe(caches.default.match),
    Object.keys(caches),
    describe(Object.getOwnPropertyDescriptor(globalThis, 'caches')),
  ],
}

const OTHER_CASES: Cases = {
  'analytics and limits': steps(
    ({ env }) => env.EVENTS.writeDataPoint({ blobs: ['a'], doubles: [1], indexes: ['i'] }),
    ({ env }) => env.EVENTS.writeDataPoint(),
    ({ env }) => loose(env.EVENTS).writeDataPoint?.('x'),
    ({ env }) => loose(env.EVENTS).writeDataPoint?.({ blobs: 5 }),
    ({ env, key }) => env.LIMIT.limit({ key }),
    ({ env }) => loose(env.LIMIT).limit?.(),
    ({ env }) => loose(env.LIMIT).limit?.({ key: 'a', other: 1 }),
  ),
  'the environment as an object': ({ env }) => [
    Object.keys(env).sort(),
    Reflect.ownKeys(env).length,
    'KV' in env,
    'NOT' in env,
    Object.hasOwn(env, 'KV'),
    env.TEXT,
    env.JSON,
    isStable(() => env.JSON),
    Object.prototype.toString.call(env),
    Object.getPrototypeOf(env) === Object.prototype,
    Object.isExtensible(env),
    JSON.stringify(env).length > 0,
    (env as unknown as Record<string, unknown>).missing ?? 'undefined',
  ],
  'the descriptors of the environment': ({ env }) =>
    Object.entries(Object.getOwnPropertyDescriptors(env))
      .map(
        ([name, { writable, enumerable, configurable }]) =>
          `${name} ${writable} ${enumerable} ${configurable}`,
      )
      .sort(),
  'the identity of bindings': ({ env }) => [
    isStable(() => env.KV),
    env.KV === Object.entries(env).find(([name]) => name === 'KV')?.[1],
    env.KV === Object.values(env)[Object.keys(env).indexOf('KV')],
    env.KV === { ...env }.KV,
    env.KV === Object.getOwnPropertyDescriptor(env, 'KV')?.value,
    isStable(() => env.KV.get),
    isStable(() => env.SERVICE),
    isStable(() => env.OBJECT.getByName('a')),
  ],
  'the classes of bindings': ({ env }) =>
    Object.entries(env)
      .filter(([, value]) => typeof value === 'object' && value !== null)
      .map(([name, value]) => [
        name,
        value.constructor?.name,
        Object.prototype.toString.call(value),
        Object.keys(value),
        typeof value,
      ]),
  'the members of bindings': ({ env }) =>
    Object.entries(env)
      .filter(
        ([name, value]) =>
          !/SERVICE|SELF|BROKEN|HYPER/.test(name) && typeof value === 'object' && value !== null,
      )
      .map(([name, value]) => {
        const prototype = Object.getPrototypeOf(value) as object
        const keys = [...new Set([...Reflect.ownKeys(prototype), ...Reflect.ownKeys(value)])]
        return [name, keys.map((key) => `${String(key)} ${describe(Reflect.get(value, key))}`)]
      }),
  'setting a property of the environment': steps(
    ({ env }) => Reflect.set(env, 'OWN', 'set'),
    ({ env }) => Reflect.get(env, 'OWN'),
    ({ env }) => Reflect.deleteProperty(env, 'OWN'),
    ({ env }) => Reflect.get(env, 'OWN'),
  ),
  'replacing a binding of the environment': ({ env }) => {
    const before = env.LIMIT
    const replacement = { limit: async () => ({ success: false }) }
    const set = Reflect.set(env, 'LIMIT', replacement)
    const seen = [set, env.LIMIT === (replacement as unknown)]
    Reflect.set(env, 'LIMIT', before)
    return [...seen, env.LIMIT === before]
  },
  'setting a property of a binding': ({ env }) => {
    const set = Reflect.set(env.KV, 'own', 5)
    const seen = [set, Reflect.get(env.KV, 'own'), Object.keys(env.KV)]
    return [...seen, Reflect.deleteProperty(env.KV, 'own'), Reflect.get(env.KV, 'own') ?? 'undefined']
  },
  'replacing a method of a binding': async ({ env }) => {
    await env.KV.get('before')
    const own = async () => 'replaced'
    const set = Reflect.set(env.KV, 'get', own)
    const seen = [set, env.KV.get === (own as unknown), await env.KV.get('x')]
    return [...seen, Reflect.deleteProperty(env.KV, 'get'), await env.KV.get('x')]
  },
  'methods of bindings taken along': async ({ env, key }) => {
    const get = env.KV.get.bind(env.KV) as (key: string) => Promise<string | null>
    const { KV, DB } = env
    await env.KV.put(key, 'kept')
    return [
      await get(key),
      await Reflect.apply(env.KV.get, env.KV, [key]),
      await Reflect.apply(KV.get, env.KV, [key]),
      await Reflect.apply(env.KV.get, KV, [key]),
      await DB.prepare.call(env.DB, 'SELECT 1 AS one').first(),
      describe(get),
      describe(env.KV.get.call),
      Object.keys(env.KV.get),
      Object.hasOwn(env.KV.get, 'name'),
    ]
  },
  'the text of a method of a binding': ({ env }) => String(env.KV.get),
  'a class that wraps a binding': async ({ env, key }) => {
    class TwinStore {
      readonly #kv = env.KV
      get = (name: string) => this.#kv.get(name)
    }
    const store = new TwinStore()
    return [await store.get(key), store instanceof TwinStore]
  },
  'a proxy of a binding': async ({ env, key }) => {
    const log: string[] = []
    const kv = new Proxy(env.KV, {
      get(target, name) {
        log.push(String(name))
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    return [await kv.get(key), log]
  },
  'a binding as JSON and as text': ({ env }) => [
    JSON.stringify(env.KV),
    String(env.KV),
    `${env.DB}`,
    JSON.stringify({ bucket: env.FILES, queue: env.QUEUE }),
    JSON.stringify(env.OBJECT.getByName('json')),
  ],
  'methods that every object has': ({ env }) =>
    [env.KV, env.DB, env.FILES, env.QUEUE, env.OBJECT, env.FLOW, env.LIMIT, env.EVENTS].map((binding) => [
      binding.toString(),
      Reflect.apply(binding.hasOwnProperty, binding, ['get']),
      Reflect.apply(binding.propertyIsEnumerable, binding, ['get']),
      isStable(() => binding.valueOf()),
      binding.toLocaleString(),
      binding.toString === Object.prototype.toString,
      Reflect.apply(binding.isPrototypeOf, binding, [Object.create(binding)]),
    ]),
  'a clone of a binding': ({ env }) => structuredClone({ text: env.TEXT, kv: env.KV }),
  'bindings in a loop': ({ env }) => {
    const names: string[] = []
    for (const name in env) names.push(name)
    return names.sort()
  },
  Hyperdrive: ({ env }) => {
    const { host, port, user, database, password, connectionString } = env.HYPER
    return [
      typeof host,
      port > 0,
      user,
      database,
      typeof password,
      /^postgres/.test(connectionString),
      env.HYPER.constructor.name,
    ]
  },
  'a subclass of a binding by prototype': ({ env }) => {
    const derived = Object.create(env.KV) as KVNamespace
    return derived.get('x')
  },
}

export const BINDING_CASES: Cases = {
  ...KV_CASES,
  ...D1_CASES,
  ...R2_CASES,
  ...QUEUE_CASES,
  ...CACHE_CASES,
  ...OTHER_CASES,
}

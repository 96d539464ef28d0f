import type { TwinEnv } from './case.ts'
import { describe, isStable } from './describe.ts'
import { runCases } from './run-cases.ts'
import { answerAsSite } from './site.ts'

/** The worker as an object with `this`, a getter and a private field. */
class TwinHandler implements ExportedHandler<TwinEnv> {
  #events = 0
  readonly label = 'the handler'

  get counted(): boolean {
    return this.#events > 0
  }

  fetch(request: Request, env: TwinEnv, ctx: ExecutionContext): Response | Promise<Response> {
    this.#events++
    const { pathname } = new URL(request.url)
    if (pathname.startsWith('/site/'))
      return answerAsSite(new Request(request.url.replace('/site/', '/'), request))
    if (pathname.startsWith('/socket/')) return env.OBJECT.getByName(pathname.slice(8)).fetch(request)
    if (pathname === '/throws') throw new RangeError('the handler throws')
    if (pathname === '/rejects') return Promise.reject(new TypeError('the handler rejects'))
    if (pathname === '/throws-text') throw 'a text'
    if (pathname === '/kept') return this.kept(env)
    if (pathname === '/this') return Response.json(this.seen(ctx))
    if (pathname === '/passes-through') {
      ctx.passThroughOnException()
      throw new Error('passed through')
    }
    return this.run(pathname, request, env, ctx)
  }

  async run(path: string, request: Request, env: TwinEnv, ctx: ExecutionContext): Promise<Response> {
    const titles = await request.json<string[]>()
    if (path === '/in/entrypoint') return Response.json(await runIn(env.SERVICE, titles))
    if (path === '/in/object') return Response.json(await runIn(env.OBJECT.getByName('runner'), titles))
    return Response.json(await runCases(titles, 'handler', { env, ctx }))
  }

  /** The data that the other handlers have stored. */
  async kept(env: TwinEnv): Promise<Response> {
    const names = ['scheduled', 'email', 'hono']
    return Response.json(
      await Promise.all(names.map((name) => env.KV.get(name, 'json').catch(() => 'no JSON'))),
    )
  }

  seen(ctx: ExecutionContext): unknown {
    return [
      this.label,
      this.counted,
      this instanceof TwinHandler,
      describe(ctx.passThroughOnException),
      describe(ctx.props),
    ]
  }

  async queue(batch: MessageBatch<unknown>, env: TwinEnv): Promise<void> {
    for (const message of batch.messages) {
      const body = describe(message.body)
      const key = /K[a-z-]+K/.exec(JSON.stringify(body))?.[0]
      if (!key) {
        message.ack()
        continue
      }
      const seen = [
        this.label,
        body,
        message.attempts,
        typeof message.id,
        describe(message.timestamp),
        batch.queue.replace(/-[a-z]+$/, ''),
        message instanceof Object,
        describe(Object.prototype.toString.call(message)),
        describe(message.constructor.name),
        describe(batch.constructor.name),
        describe(message.ack),
        describe(message.retry),
        describe(batch.ackAll),
        Object.keys(message).sort(),
        Object.keys(batch).sort(),
        Array.isArray(batch.messages),
        batch.messages.includes(message),
        isStable(() => message.body),
        describe(Object.getOwnPropertyDescriptor(message, 'body')),
        'body' in message,
        'messages' in batch,
      ]
      await env.KV.put(`received/${key}/${crypto.randomUUID()}`, JSON.stringify(seen))
      if (
        typeof message.body === 'object' &&
        message.body &&
        'retry' in message.body &&
        message.attempts === 1
      ) {
        message.retry({ delaySeconds: 0 })
      } else message.ack()
    }
  }

  async scheduled(controller: ScheduledController, env: TwinEnv, ctx: ExecutionContext): Promise<void> {
    if (controller.cron === '1 1 1 1 1') throw new RangeError('the cron fails')
    const seen = [
      this.label,
      controller.cron,
      controller.scheduledTime,
      controller.constructor.name,
      describe(controller.noRetry),
      describe(ctx.waitUntil),
    ]
    ctx.waitUntil(env.KV.put('scheduled', JSON.stringify(seen)))
  }

  async email(message: ForwardableEmailMessage, env: TwinEnv): Promise<void> {
    const raw = await new Response(message.raw).text()
    const seen = [
      this.label,
      message.from,
      message.to,
      message.rawSize,
      message.headers.get('subject'),
      raw,
      message.constructor.name,
      describe(message.setReject),
    ]
    await env.KV.put('email', JSON.stringify(seen))
    if (message.from === 'reject@example.com') message.setReject('not wanted')
    if (message.from === 'throw@example.com') throw new TypeError('the mail handler fails')
  }
}

/** The RPC types are infinite for JSON values. */
function runIn(stub: unknown, titles: readonly string[]): Promise<unknown> {
  return (stub as { runs(titles: readonly string[]): Promise<unknown> }).runs(titles)
}

export const twinHandler: ExportedHandler<TwinEnv> = new TwinHandler()

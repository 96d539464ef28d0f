import type { Seen } from './describe.ts'
import type { TwinEntrypoint, TwinObject } from './twin-classes.ts'

export interface TwinEnv {
  readonly ORIGIN: string
  /** The name of the twin, for shared resources such as caches. */
  readonly SIDE: string
  readonly TEXT: string
  readonly JSON: unknown
  readonly KV: KVNamespace
  readonly DB: D1Database
  readonly FILES: R2Bucket
  readonly QUEUE: Queue
  readonly PLAIN_QUEUE: Queue
  readonly OBJECT: DurableObjectNamespace<TwinObject>
  readonly PLAIN_OBJECT: DurableObjectNamespace<TwinObject>
  readonly BROKEN: DurableObjectNamespace<TwinObject>
  readonly SERVICE: Service<typeof TwinEntrypoint>
  readonly PLAIN_SERVICE: Service<typeof TwinEntrypoint>
  readonly SELF: Fetcher
  readonly FLOW: Workflow<unknown>
  readonly EVENTS: AnalyticsEngineDataset
  readonly LIMIT: RateLimit
  readonly HYPER: Hyperdrive
}

/** The input of a case: the worker's environment, and functions that describe results. */
export interface Twin {
  readonly env: TwinEnv
  readonly ctx: Pick<ExecutionContext, 'waitUntil'>
  /** Of the Durable Object that the case runs in, if it runs in one. */
  readonly storage?: DurableObjectStorage
  /** A name that no other case has. */
  readonly key: string
  readonly attempt: (work: () => unknown) => Promise<Seen>
  readonly describe: (value: unknown) => Seen
}

/** Runs in both twins. The descriptions of its result or error must be equal. */
export type Case = (twin: Twin) => unknown

export type Cases = Readonly<Record<string, Case>>

/** The cases of a table, each under its title: stacks show the names of functions. */
export function casesOf(entries: readonly (readonly [title: string, run: Case])[]): Cases {
  return Object.fromEntries(
    entries.map(([title, run]) => [title, Object.defineProperty(run, 'name', { value: title })]),
  )
}

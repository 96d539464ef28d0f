import type { Cases } from '../case.ts'
import { BINDING_CASES } from './bindings.ts'
import { EVENT_CASES } from './events.ts'
import { ARGUMENT_CASES, FETCH_CASES } from './fetch.ts'
import { OBJECT_CASES, STORAGE_CASES } from './objects.ts'
import { READING_CASES } from './reading.ts'
import { RPC_CASES, VALUE_CASES } from './rpc.ts'

/** Cases of calls in a worker. */
export const CALLING_CASES: Cases = {
  ...FETCH_CASES,
  ...RPC_CASES,
  ...BINDING_CASES,
  ...OBJECT_CASES,
  ...EVENT_CASES,
}

/** With the long tables. */
export const CASES: Cases = { ...READING_CASES, ...ARGUMENT_CASES, ...VALUE_CASES, ...CALLING_CASES }

/** With those that run in a Durable Object only. */
export const ALL_CASES: Cases = { ...CASES, ...STORAGE_CASES }

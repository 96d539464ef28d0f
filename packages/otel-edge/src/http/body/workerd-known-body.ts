import type { KnownBody } from './known-body.ts'

/** In workerd, a response has no such fields. `response-body.ts` reads the length of its stream instead. */
export function knownBody(_response: Response): KnownBody | undefined {
  return undefined
}

import { guarded } from '../platform/guarded.ts'
import type { HttpCall } from './http-call.ts'
import type { HttpParts } from './http-parts.ts'

/**
 * A page may show a dialog before it reads a body. If it does not read the body, the end comes from resource timing.
 */
const UNREAD_MILLIS = 10_000

/** Ends a call with its response: immediately if there is no body, otherwise at the end of the body. */
export function followResponse(
  { bodies, globals }: HttpParts,
  call: HttpCall,
  response: Response,
  answeredMillis: number = performance.now(),
): void {
  call.answered(response.status, answeredMillis)
  if (response.body === null) {
    call.end(answeredMillis)
    return
  }
  // A large body that is not read does not end.
  const timer = globals.setTimeout(() => {
    if (!bodies.isTouched(response)) call.end(answeredMillis)
  }, UNREAD_MILLIS)
  bodies.watch(response, (error) =>
    guarded(() => {
      globals.clearTimeout(timer)
      call.end(performance.now(), error)
    }),
  )
}

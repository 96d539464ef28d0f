import { trace } from '@opentelemetry/api'

export const onRequest = ({ request, routePattern }, next) => {
  trace.getActiveSpan()?.updateName(`${request.method} ${routePattern}`)
  return next()
}

import { trace } from '@opentelemetry/api'

export const handle = ({ event, resolve }) => {
  trace.getActiveSpan()?.updateName(`${event.request.method} ${event.route.id}`)
  return resolve(event)
}

import { type Instrumentation, isReplaced } from '../../page-sdk.ts'
import { unpatchable } from '../../platform/patch.ts'
import { traceFetch } from './fetch.ts'

/** Traces `fetch`, unless the application uses OpenTelemetry's own instrumentation, and watches response bodies. */
export const fetchInstrumentation: Instrumentation = ({ options, http, loader }) => {
  const restore = isReplaced(options, 'fetch') ? undefined : traceFetch(http, loader)
  if (!unpatchable().includes('fetch')) http.bodies.enable()
  return () => {
    http.bodies.disable()
    restore?.()
  }
}

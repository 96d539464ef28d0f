import { type Instrumentation, isReplaced } from '../../page-sdk.ts'
import { traceXhr } from './xhr.ts'

/** Traces `XMLHttpRequest`, unless the application uses OpenTelemetry's own instrumentation. */
export const xhrInstrumentation: Instrumentation = ({ options, http, loader }) =>
  isReplaced(options, 'xml-http-request') ? undefined : traceXhr(http, loader)

import { ErrorHandler, type Provider } from '@angular/core'
import { tracing } from '../tracing'

class TracingErrorHandler extends ErrorHandler {
  override handleError(error: unknown): void {
    tracing.recordError(error)
    super.handleError(error)
  }
}

/** Angular catches errors of templates, effects and event handlers. */
export const provideErrorTracing = (): Provider => ({ provide: ErrorHandler, useClass: TracingErrorHandler })

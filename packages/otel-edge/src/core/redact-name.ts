import { redactText } from '@throughline/otel-shared'
import { cached } from './cached.ts'

/** Redacts the name of a span or a route. Cache: most names come again, and the search for secrets takes time. */
export const redactName: (name: string) => string = cached(redactText)

'use client'

import { useEffect } from 'react'
import { tracing } from '../instrumentation-client'

/** Shown in place of a page that throws an error while it renders. */
export default function ErrorPage({ error }: { readonly error: Error & { digest?: string } }) {
  useEffect(() => tracing.recordError(error, { 'next.digest': error.digest ?? '' }), [error])
  return <h1>Something went wrong</h1>
}

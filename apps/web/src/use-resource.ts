import { useCallback, useEffect, useState } from 'preact/hooks'
import { type ShopError, toShopError } from './shop-error.ts'

/** Data on its way: `data` stays readable while newer data is fetched, and when that fails. */
export interface Resource<T> {
  readonly data: T | undefined
  readonly error: ShopError | undefined
  readonly loading: boolean
  reload(): void
}

/**
 * Loads what a page shows, again whenever `key` changes. An answer that comes after the key has changed is
 * dropped. `cached` is shown while the fresh data is on its way.
 */
export function useResource<T>(key: string, load: (key: string) => Promise<T>, cached?: T): Resource<T> {
  const [data, setData] = useState(cached)
  const [error, setError] = useState<ShopError>()
  const [loading, setLoading] = useState(true)
  const [attempt, setAttempt] = useState(0)

  useEffect(() => {
    let current = true
    const run = async () => {
      setLoading(true)
      try {
        const fresh = await load(key)
        if (!current) return
        setData(fresh)
        setError(undefined)
      } catch (thrown) {
        if (current) setError(toShopError(thrown))
      }
      if (current) setLoading(false)
    }
    void run()
    return () => {
      current = false
    }
  }, [key, load, attempt])

  const reload = useCallback(() => setAttempt((count) => count + 1), [])
  return { data, error, loading, reload }
}

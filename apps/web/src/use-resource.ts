import { useCallback, useEffect, useState } from 'preact/hooks'
import { type ShopError, toShopError } from './shop-error.ts'

/** Data being loaded: `data` stays readable while newer data is fetched, and if that fails. */
export interface Resource<T> {
  readonly data: T | undefined
  /** The key that `data` belongs to: the previous key while the current one is being loaded. */
  readonly dataKey: string | undefined
  readonly error: ShopError | undefined
  readonly loading: boolean
  reload(): void
}

export interface ResourceSource<T> {
  load(key: string): Promise<T>
  /** Earlier data, shown while newer data is fetched. */
  known(key: string): T | undefined
}

/**
 * Loads what a page shows, again whenever `key` changes. A response that arrives after the key has changed is
 * dropped. `source` must be the same object in every render.
 */
export function useResource<T>(key: string, source: ResourceSource<T>): Resource<T> {
  const [shown, setShown] = useState(() => recall(key, source))
  const [error, setError] = useState<ShopError>()
  const [loading, setLoading] = useState(true)
  const [attempt, setAttempt] = useState(0)

  useEffect(() => {
    let current = true
    const run = async () => {
      setLoading(true)
      setShown((before) => recall(key, source) ?? before)
      try {
        const data = await source.load(key)
        if (!current) return
        setShown({ key, data })
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
  }, [key, source, attempt])

  const reload = useCallback(() => {
    setError(undefined)
    setAttempt((count) => count + 1)
  }, [])
  return { data: shown?.data, dataKey: shown?.key, error, loading, reload }
}

function recall<T>(
  key: string,
  source: ResourceSource<T>,
): { readonly key: string; readonly data: T } | undefined {
  const data = source.known(key)
  return data === undefined ? undefined : { key, data }
}

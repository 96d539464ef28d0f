import { useEffect, useState } from 'preact/hooks'
import { getOrder } from './api.ts'
import type { Order } from './api-shapes.ts'
import { knownOrder, rememberOrder } from './orders.ts'
import { type ShopError, toShopError } from './shop-error.ts'

/** Fulfilment gets the order from a queue after about a second. After this time, a button fetches the status again. */
const PAUSES_MILLIS = [500, 700, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000]

interface OrderProgress {
  readonly order: Order | undefined
  readonly error: ShopError | undefined
  /** True while the order is polled; false once it is fulfilled, or after the last attempt. */
  readonly watching: boolean
  watchAgain(): void
}

/** Polls an order a few times, from paid to fulfilled. */
export function useOrder(orderId: string): OrderProgress {
  const [order, setOrder] = useState(() => knownOrder(orderId))
  const [error, setError] = useState<ShopError>()
  const [watching, setWatching] = useState(true)
  const [round, setRound] = useState(0)

  useEffect(() => {
    const stop = new AbortController()
    const watch = async () => {
      setWatching(true)
      setError(undefined)
      try {
        for (const pauseMillis of [...PAUSES_MILLIS, 0]) {
          const current = await getOrder(orderId)
          if (stop.signal.aborted) return
          setOrder(current)
          rememberOrder(current)
          if (current.status === 'fulfilled') break
          await pause(pauseMillis)
          if (stop.signal.aborted) return
        }
      } catch (thrown) {
        if (!stop.signal.aborted) setError(toShopError(thrown))
      }
      if (!stop.signal.aborted) setWatching(false)
    }
    void watch()
    return () => stop.abort()
  }, [orderId, round])

  return { order, error, watching, watchAgain: () => setRound((count) => count + 1) }
}

function pause(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis))
}

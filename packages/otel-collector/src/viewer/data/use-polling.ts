import { useEffect, useRef } from 'preact/hooks'

/**
 * Calls `poll` immediately, and again `delayMillis` after each call has finished. `undefined` stops polling. A hidden
 * page does not poll. Polling continues when the page becomes visible.
 */
export function usePolling(poll: () => Promise<void>, delayMillis: number | undefined): void {
  const latest = useRef(poll)
  latest.current = poll
  useEffect(() => {
    if (delayMillis === undefined) return
    let timer: ReturnType<typeof setTimeout> | undefined
    let isStopped = false
    let isRunning = false
    const run = async () => {
      if (isRunning || isStopped) return
      isRunning = true
      clearTimeout(timer)
      await latest.current()
      isRunning = false
      if (!isStopped && document.visibilityState === 'visible') timer = setTimeout(run, delayMillis)
    }
    const onVisible = () => {
      if (document.visibilityState === 'visible') void run()
    }
    void run()
    document.addEventListener('visibilitychange', onVisible)
    return () => {
      isStopped = true
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', onVisible)
    }
  }, [delayMillis])
}

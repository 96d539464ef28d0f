import type { JSX } from 'preact'
import { TraceLinks } from './trace-links.tsx'

export function SiteFooter(): JSX.Element {
  return (
    <footer class="site-footer">
      <div class="site-footer-inner">
        <p>Fairweather is a demonstration: nothing is charged, and nothing is shipped.</p>
        <TraceLinks />
      </div>
    </footer>
  )
}

import './viewer.css'
import { render } from 'preact'
import { GraphPage } from './graph/graph-page.tsx'
import { Header } from './header.tsx'
import { SearchPage } from './search/search-page.tsx'
import { TracePage } from './trace/trace-page.tsx'

function Viewer() {
  const path = location.pathname
  const traceId = /^\/trace\/([0-9a-f]{1,32})$/i.exec(path)?.[1]
  return (
    <>
      <Header path={path} />
      {traceId !== undefined && <TracePage traceId={traceId.toLowerCase().padStart(32, '0')} />}
      {path === '/' && <SearchPage />}
      {path === '/graph' && <GraphPage />}
      {traceId === undefined && path !== '/' && path !== '/graph' && <NotFound path={path} />}
    </>
  )
}

function NotFound({ path }: { path: string }) {
  return (
    <main class="notice">
      <h1>Nothing is here</h1>
      <p>
        <code>{path}</code> is no page of this viewer. A trace id has up to 32 hex digits.
      </p>
      <p>
        <a href="/">Search for traces</a>
      </p>
    </main>
  )
}

const container = document.getElementById('viewer')
if (container) render(<Viewer />, container)

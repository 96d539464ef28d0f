import './viewer.css'
import { render } from 'preact'
import { ChoosePage } from './compare/choose-page.tsx'
import { ComparePage } from './compare/compare-page.tsx'
import { GraphPage } from './graph/graph-page.tsx'
import { Header } from './header.tsx'
import { SearchPage } from './search/search-page.tsx'
import { TracePage } from './trace/trace-page.tsx'

function Viewer() {
  const path = location.pathname
  return (
    <>
      <Header path={path} />
      <Page path={path} />
    </>
  )
}

function Page({ path }: { path: string }) {
  const traceId = /^\/trace\/([0-9a-f]{1,32})$/i.exec(path)?.[1]
  const [, first, second] = /^\/compare\/([0-9a-f]{1,32})(?:\/([0-9a-f]{1,32}))?$/i.exec(path) ?? []
  if (traceId !== undefined) return <TracePage traceId={fullId(traceId)} />
  if (first !== undefined && second !== undefined) {
    return <ComparePage traceIds={[fullId(first), fullId(second)]} />
  }
  if (first !== undefined) return <ChoosePage traceId={fullId(first)} />
  if (path === '/') return <SearchPage />
  if (path === '/graph') return <GraphPage />
  return <NotFound path={path} />
}

function fullId(traceId: string): string {
  return traceId.toLowerCase().padStart(32, '0')
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

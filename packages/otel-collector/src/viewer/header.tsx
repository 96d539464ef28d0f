import { useState } from 'preact/hooks'

/** The header of every page: navigation, and a field that opens a trace by its id. */
export function Header({ path }: { path: string }) {
  const [problem, setProblem] = useState('')
  const open = (event: SubmitEvent) => {
    event.preventDefault()
    const input = new FormData(event.currentTarget as HTMLFormElement).get('traceId')
    // Users paste whole `traceparent` headers and log lines, so the id is searched in the text.
    const traceId = /(?:^|[^0-9a-f])([0-9a-f]{32})(?![0-9a-f])/i.exec(` ${String(input)}`)?.[1]
    const short = /^\s*([0-9a-f]{1,31})\s*$/i.exec(String(input))?.[1]
    const found = traceId ?? short
    if (found) location.assign(`/trace/${found.toLowerCase()}`)
    else setProblem('No trace id found: enter 1 to 32 hexadecimal digits.')
  }
  return (
    <header class="top">
      <a class="brand" href="/">
        <img src="/assets/icon.svg" width="20" height="20" alt="" />
        Traces
      </a>
      <nav aria-label="Pages">
        <a href="/" aria-current={path === '/' ? 'page' : undefined}>
          Search
        </a>
        <a href="/graph" aria-current={path === '/graph' ? 'page' : undefined}>
          Services
        </a>
      </nav>
      <form class="open-trace" onSubmit={open}>
        <input
          name="traceId"
          aria-label="Open a trace by its id"
          placeholder="Open trace id …"
          autocomplete="off"
          spellcheck={false}
          aria-invalid={problem !== ''}
          onInput={() => setProblem('')}
        />
        <span class="problem" role="status">
          {problem}
        </span>
      </form>
    </header>
  )
}

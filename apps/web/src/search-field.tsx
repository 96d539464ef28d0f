import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { asAction } from './as-action.ts'
import { replacePath } from './router.ts'
import { productsPath } from './routes.ts'

const PAUSE_MILLIS = 250

/** Searches while the visitor types, after a short pause; the address has the query. */
export function SearchField({ query }: { readonly query: string }): JSX.Element {
  const [typed, setTyped] = useState(query)
  const searched = useRef(query)
  const timer = useRef<number>(undefined)

  // The query also changes from outside: the back button, or the link that shows everything.
  useEffect(() => {
    if (query === searched.current) return
    clearTimeout(timer.current)
    searched.current = query
    setTyped(query)
  }, [query])
  useEffect(() => () => clearTimeout(timer.current), [])

  const search = (text: string) => {
    clearTimeout(timer.current)
    searched.current = text.trim()
    replacePath(productsPath(searched.current))
  }

  return (
    <search>
      <form
        class="search-field"
        onSubmit={(event) => {
          event.preventDefault()
          search(typed)
        }}
      >
        <label class="visually-hidden" for="search">
          Search products
        </label>
        <SearchIcon />
        <input
          id="search"
          type="search"
          name="q"
          placeholder="Search products"
          autocomplete="off"
          maxLength={100}
          value={typed}
          onInput={(event) => {
            const text = event.currentTarget.value
            setTyped(text)
            clearTimeout(timer.current)
            timer.current = window.setTimeout(
              () => asAction('search products', () => search(text)),
              PAUSE_MILLIS,
            )
          }}
        />
      </form>
    </search>
  )
}

function SearchIcon(): JSX.Element {
  return (
    <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
      <circle cx="10.5" cy="10.5" r="6.5" />
      <path d="m15.5 15.5 5 5" />
    </svg>
  )
}

import { useEffect, useState } from 'preact/hooks'
import { fetchOperations, fetchServices } from './api.ts'
import { LOOKBACKS, type SearchForm } from './search-query.ts'

interface SearchControlsProps {
  readonly form: SearchForm
  readonly onSearch: (form: SearchForm) => void
}

/** The search form. Choices search at once; what is typed searches on Enter or when the field is left. */
export function SearchControls({ form, onSearch }: SearchControlsProps) {
  const services = useNames(fetchServices, form.service, 'services')
  const operations = useNames(
    () => (form.service ? fetchOperations(form.service) : Promise.resolve([])),
    form.operation,
    form.service,
  )
  const change = (changed: Partial<SearchForm>) => onSearch({ ...form, ...changed })
  const text = (name: 'minDuration' | 'maxDuration' | 'tags') => ({
    name,
    value: form[name],
    autocomplete: 'off',
    spellcheck: false,
    onChange: (event: { currentTarget: HTMLInputElement }) => change({ [name]: event.currentTarget.value }),
  })
  return (
    <form
      class="controls"
      aria-label="Search"
      onSubmit={(event) => {
        event.preventDefault()
        onSearch(form)
      }}
    >
      <Select
        label="Service"
        value={form.service}
        options={[['', 'all services'], ...services.map((name) => [name, name] as const)]}
        onChange={(service) => change({ service, operation: '' })}
      />
      <Select
        label="Operation"
        value={form.operation}
        disabled={form.service === ''}
        options={[['', 'all operations'], ...operations.map((name) => [name, name] as const)]}
        onChange={(operation) => change({ operation })}
      />
      <Select
        label="Time"
        value={form.lookback}
        options={LOOKBACKS}
        onChange={(lookback) => change({ lookback })}
      />
      <div class="pair">
        <label>
          <span>Min duration</span>
          <input {...text('minDuration')} placeholder="100ms" />
        </label>
        <label>
          <span>Max duration</span>
          <input {...text('maxDuration')} placeholder="2s" />
        </label>
      </div>
      <label>
        <span>Tags</span>
        <input {...text('tags')} placeholder="http.response.status_code=500" />
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={form.errors}
          onChange={(event) => change({ errors: event.currentTarget.checked })}
        />
        Errors only
      </label>
      <Select
        label="Limit"
        value={form.limit}
        options={['20', '50', '100', '500'].map((limit) => [limit, `${limit} traces`] as const)}
        onChange={(limit) => change({ limit })}
      />
      <button type="submit">Search</button>
    </form>
  )
}

interface SelectProps {
  readonly label: string
  readonly value: string
  readonly options: readonly (readonly [value: string, label: string])[]
  readonly disabled?: boolean
  readonly onChange: (value: string) => void
}

function Select({ label, value, options, disabled = false, onChange }: SelectProps) {
  return (
    <label>
      <span>{label}</span>
      <select value={value} disabled={disabled} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}

/** Names to choose from; the chosen one is among them even before they have come. */
function useNames(load: () => Promise<readonly string[]>, chosen: string, key: string): readonly string[] {
  const [names, setNames] = useState<readonly string[]>([])
  useEffect(() => {
    let isCurrent = true
    const refresh = () =>
      load().then(
        (loaded) => isCurrent && setNames(loaded),
        () => undefined,
      )
    void refresh()
    // New services turn up while the page stands open.
    const timer = setInterval(() => document.visibilityState === 'visible' && void refresh(), 5_000)
    return () => {
      isCurrent = false
      clearInterval(timer)
    }
  }, [key])
  return chosen === '' || names.includes(chosen) ? names : [chosen, ...names]
}

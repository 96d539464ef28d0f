import { useEffect, useState } from 'preact/hooks'
import { Select } from '../controls/select.tsx'
import { fetchOperations, fetchServices } from '../data/api.ts'
import { formatLocalTime, parseLocalTime } from '../format/local-time.ts'
import { CUSTOM, type FormProblem, LIMITS, LOOKBACKS, type SearchForm } from './search-query.ts'

interface SearchControlsProps {
  readonly form: SearchForm
  readonly problem: FormProblem | undefined
  /** Searches again, with the given fields changed. */
  readonly onSearch: (changed: Partial<SearchForm>) => void
}

/** The search form. A choice in a list searches immediately, a text field on Enter or on blur. */
export function SearchControls({ form, problem, onSearch }: SearchControlsProps) {
  const services = useNames(fetchServices, form.service, 'services')
  const operations = useNames(
    () => (form.service ? fetchOperations(form.service) : Promise.resolve([])),
    form.operation,
    form.service,
  )
  const changeLookback = (lookback: string) => {
    if (lookback !== CUSTOM) return onSearch({ lookback, from: '', to: '' })
    const now = Date.now()
    const from = new Date(now - Number(form.lookback) * 60_000).toISOString()
    onSearch({ lookback, from, to: new Date(now).toISOString() })
  }
  const field = (name: FormProblem['field']) => ({
    name,
    autocomplete: 'off',
    'aria-invalid': problem?.field === name,
    'aria-describedby': problem?.field === name ? 'form-problem' : undefined,
  })
  const text = (name: 'minDuration' | 'maxDuration' | 'tags') => ({
    ...field(name),
    defaultValue: form[name],
    spellcheck: false,
    onChange: (event: { currentTarget: HTMLInputElement }) => onSearch({ [name]: event.currentTarget.value }),
  })
  const time = (name: 'from' | 'to') => ({
    ...field(name),
    type: 'datetime-local' as const,
    step: 1,
    defaultValue: formatLocalTime(form[name]),
    onChange: (event: { currentTarget: HTMLInputElement }) =>
      onSearch({ [name]: parseLocalTime(event.currentTarget.value) }),
  })
  const explain = (...fields: readonly FormProblem['field'][]) =>
    problem && fields.includes(problem.field) && <Problem message={problem.message} />
  return (
    <form
      class="controls"
      aria-label="Search"
      onSubmit={(event) => {
        event.preventDefault()
        onSearch({})
      }}
    >
      <Select
        label="Service"
        value={form.service}
        options={[['', 'all services'], ...services.map((name) => [name, name] as const)]}
        onChange={(service) => onSearch({ service, operation: '' })}
      />
      <Select
        label="Operation"
        value={form.operation}
        disabled={form.service === ''}
        options={[['', 'all operations'], ...operations.map((name) => [name, name] as const)]}
        onChange={(operation) => onSearch({ operation })}
      />
      <Select
        label="Time"
        isWide
        value={form.lookback}
        options={[...LOOKBACKS, [CUSTOM, 'between two times']]}
        onChange={changeLookback}
      />
      {form.lookback === CUSTOM && (
        <>
          <label class="wide">
            <span>From</span>
            <input {...time('from')} />
          </label>
          <label class="wide">
            <span>To</span>
            <input {...time('to')} />
          </label>
          {explain('from', 'to')}
        </>
      )}
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
      {explain('minDuration', 'maxDuration')}
      <label class="wide">
        <span>Tags</span>
        <input {...text('tags')} placeholder="http.response.status_code=500" />
      </label>
      {explain('tags')}
      <label class="check">
        <input
          type="checkbox"
          checked={form.errors}
          onChange={(event) => onSearch({ errors: event.currentTarget.checked })}
        />
        Errors only
      </label>
      <Select
        label="Limit"
        value={form.limit}
        options={LIMITS.map((limit) => [limit, `${limit} traces`] as const)}
        onChange={(limit) => onSearch({ limit })}
      />
      <button type="submit">Search</button>
    </form>
  )
}

function Problem({ message }: { message: string }) {
  return (
    <p id="form-problem" class="problem" role="alert">
      {message}
    </p>
  )
}

/** Loads the names of a list. The chosen name is included before they are loaded. */
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
    // Reloaded, since new services may appear while the page is open.
    const timer = setInterval(() => document.visibilityState === 'visible' && void refresh(), 5_000)
    return () => {
      isCurrent = false
      clearInterval(timer)
    }
  }, [key])
  return chosen === '' || names.includes(chosen) ? names : [chosen, ...names]
}

import { useEffect, useState } from 'preact/hooks'
import { fetchOperations, fetchServices } from './api.ts'
import { formatLocalTime, parseLocalTime } from './local-time.ts'
import { CUSTOM, type FormProblem, LIMITS, LOOKBACKS, type SearchForm } from './search-query.ts'

interface SearchControlsProps {
  readonly form: SearchForm
  readonly problem: FormProblem | undefined
  /** Searches with some fields changed, or none. */
  readonly onSearch: (changed: Partial<SearchForm>) => void
}

/** The search form. Choices search at once; what is typed searches on Enter or when the field is left. */
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

interface SelectProps {
  readonly label: string
  readonly value: string
  readonly options: readonly (readonly [value: string, label: string])[]
  readonly disabled?: boolean
  /** Has a line of its own where there is little room. */
  readonly isWide?: boolean
  readonly onChange: (value: string) => void
}

function Select({ label, value, options, disabled = false, isWide = false, onChange }: SelectProps) {
  return (
    <label class={isWide ? 'wide' : undefined}>
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

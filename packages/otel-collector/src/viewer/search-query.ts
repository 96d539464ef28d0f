/** What the search form holds, as texts; it stands in the address of the page. */
export interface SearchForm {
  readonly service: string
  readonly operation: string
  readonly lookback: string
  readonly minDuration: string
  readonly maxDuration: string
  readonly tags: string
  readonly errors: boolean
  readonly limit: string
}

/** How far back one may look, in minutes. */
export const LOOKBACKS: readonly (readonly [minutes: string, label: string])[] = [
  ['5', 'last 5 minutes'],
  ['15', 'last 15 minutes'],
  ['60', 'last hour'],
  ['360', 'last 6 hours'],
  ['1440', 'last day'],
  ['10080', 'last week'],
]

const EMPTY: SearchForm = {
  service: '',
  operation: '',
  lookback: '60',
  minDuration: '',
  maxDuration: '',
  tags: '',
  errors: false,
  limit: '20',
}

const FIELDS = ['service', 'operation', 'lookback', 'minDuration', 'maxDuration', 'tags', 'limit'] as const

/** Reads the form from a page address's query. */
export function parseForm(query: URLSearchParams): SearchForm {
  const texts = Object.fromEntries(FIELDS.map((name) => [name, query.get(name) ?? EMPTY[name]]))
  return { ...EMPTY, ...texts, errors: query.get('errors') === 'true' }
}

/** The query of the page's address for a form; what holds its default is left out. */
export function formatForm(form: SearchForm): string {
  const query = new URLSearchParams()
  for (const name of FIELDS) if (form[name] !== EMPTY[name]) query.set(name, form[name])
  if (form.errors) query.set('errors', 'true')
  return String(query)
}

/** The parameters of Jaeger's `trace-summaries` for a form. Clocks of senders may be a minute ahead of ours. */
export function toSummariesQuery(form: SearchForm, nowMillis: number): URLSearchParams {
  const attributes: Record<string, string> = parseTags(form.tags)
  if (form.errors) attributes.error = 'true'
  const query = new URLSearchParams({
    'query.startTimeMin': new Date(nowMillis - Number(form.lookback) * 60_000).toISOString(),
    'query.startTimeMax': new Date(nowMillis + 60_000).toISOString(),
    'query.searchDepth': form.limit,
  })
  if (form.service) query.set('query.serviceName', form.service)
  if (form.operation) query.set('query.operationName', form.operation)
  if (form.minDuration.trim()) query.set('query.durationMin', withUnit(form.minDuration))
  if (form.maxDuration.trim()) query.set('query.durationMax', withUnit(form.maxDuration))
  if (Object.keys(attributes).length > 0) query.set('query.attributes', JSON.stringify(attributes))
  return query
}

/** `key=value key2="two words"`, parted by blanks. */
function parseTags(text: string): Record<string, string> {
  const tags: [string, string][] = []
  for (const match of text.matchAll(/([^\s=]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g)) {
    const [, key = '', quoted, plain = ''] = match
    tags.push([key, quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1')])
  }
  return Object.fromEntries(tags)
}

/** A bare number means milliseconds. */
function withUnit(text: string): string {
  const compact = text.replaceAll(' ', '')
  return /^[0-9.]+$/.test(compact) ? `${compact}ms` : compact
}

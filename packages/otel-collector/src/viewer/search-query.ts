import { parseDuration } from '../jaeger/parse-parameters.ts'

/** What the search form holds, as texts; it stands in the address of the page. */
export interface SearchForm {
  readonly service: string
  readonly operation: string
  /** Minutes to look back, or `CUSTOM`. */
  readonly lookback: string
  /** With `CUSTOM`: the time to look at, in RFC 3339. */
  readonly from: string
  readonly to: string
  readonly minDuration: string
  readonly maxDuration: string
  readonly tags: string
  readonly errors: boolean
  readonly limit: string
}

/** What cannot be searched for, and the field it stands in. */
export interface FormProblem {
  readonly field: 'from' | 'to' | 'minDuration' | 'maxDuration' | 'tags'
  readonly message: string
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

/** The lookback that stands for `from` and `to`. */
export const CUSTOM = 'custom'

/** How many traces one may ask for. */
export const LIMITS: readonly string[] = ['20', '50', '100', '500']

const EMPTY: SearchForm = {
  service: '',
  operation: '',
  lookback: '60',
  from: '',
  to: '',
  minDuration: '',
  maxDuration: '',
  tags: '',
  errors: false,
  limit: '20',
}

const FIELDS = [
  'service',
  'operation',
  'lookback',
  'from',
  'to',
  'minDuration',
  'maxDuration',
  'tags',
  'limit',
] as const

/** Reads the form from a page address's query; what cannot be chosen is as good as absent. */
export function parseForm(query: URLSearchParams): SearchForm {
  const texts = Object.fromEntries(FIELDS.map((name) => [name, query.get(name) ?? EMPTY[name]]))
  const form: SearchForm = { ...EMPTY, ...texts, errors: query.get('errors') === 'true' }
  const isLookback = form.lookback === CUSTOM || LOOKBACKS.some(([minutes]) => minutes === form.lookback)
  return {
    ...form,
    lookback: isLookback ? form.lookback : EMPTY.lookback,
    limit: LIMITS.includes(form.limit) ? form.limit : EMPTY.limit,
  }
}

/** The query of the page's address for a form; what holds its default is left out. */
export function formatForm(form: SearchForm): string {
  const query = new URLSearchParams()
  for (const name of FIELDS) if (form[name] !== EMPTY[name]) query.set(name, form[name])
  if (form.errors) query.set('errors', 'true')
  return String(query)
}

/** What keeps a form from being searched for; `undefined` when nothing does. */
export function formProblem(form: SearchForm): FormProblem | undefined {
  if (form.lookback === CUSTOM) {
    const [from, to] = [Date.parse(form.from), Date.parse(form.to)]
    if (Number.isNaN(from)) return { field: 'from', message: 'From when?' }
    if (Number.isNaN(to)) return { field: 'to', message: 'Until when?' }
    if (to < from) return { field: 'to', message: 'The time ends before it starts.' }
  }
  const [least, most] = [nanos(form.minDuration), nanos(form.maxDuration)]
  if (least === undefined) return { field: 'minDuration', message: noDuration(form.minDuration) }
  if (most === undefined) return { field: 'maxDuration', message: noDuration(form.maxDuration) }
  if (form.maxDuration.trim() && most < least) {
    return { field: 'maxDuration', message: 'The max duration is below the min duration.' }
  }
  const tags = parseTags(form.tags)
  return 'rest' in tags ? { field: 'tags', message: `Tags are key=value; "${tags.rest}" is not.` } : undefined
}

/** The parameters of Jaeger's `trace-summaries` for a form that has no problem. */
export function toSummariesQuery(form: SearchForm, nowMillis: number): URLSearchParams {
  const attributes: Record<string, string> = { ...parseTags(form.tags).tags }
  if (form.errors) attributes.error = 'true'
  const isCustom = form.lookback === CUSTOM
  // Clocks of senders may be a minute ahead of ours.
  const [from, to] = isCustom
    ? [Date.parse(form.from), Date.parse(form.to)]
    : [nowMillis - Number(form.lookback) * 60_000, nowMillis + 60_000]
  const query = new URLSearchParams({
    'query.startTimeMin': new Date(from).toISOString(),
    'query.startTimeMax': new Date(to).toISOString(),
    'query.searchDepth': form.limit,
  })
  if (form.service) query.set('query.serviceName', form.service)
  if (form.operation) query.set('query.operationName', form.operation)
  if (form.minDuration.trim()) query.set('query.durationMin', withUnit(form.minDuration))
  if (form.maxDuration.trim()) query.set('query.durationMax', withUnit(form.maxDuration))
  if (Object.keys(attributes).length > 0) query.set('query.attributes', JSON.stringify(attributes))
  return query
}

interface ParsedTags {
  readonly tags: Readonly<Record<string, string>>
  /** What is not `key=value`, if anything. */
  readonly rest?: string
}

/** `key=value key2="two words"`, parted by blanks. */
function parseTags(text: string): ParsedTags {
  const tags: [string, string][] = []
  let rest = text.trim()
  while (rest !== '') {
    const match = /^([^\s="]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s"]\S*|))(?:\s+|$)/.exec(rest)
    if (!match) return { tags: Object.fromEntries(tags), rest }
    const [whole, key = '', quoted, plain = ''] = match
    tags.push([key, quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1')])
    rest = rest.slice(whole.length)
  }
  return { tags: Object.fromEntries(tags) }
}

/** Nothing is no limit; `undefined` when the text is no duration. */
function nanos(text: string): bigint | undefined {
  if (!text.trim()) return 0n
  try {
    return parseDuration('', withUnit(text))
  } catch {
    return undefined
  }
}

function noDuration(text: string): string {
  return `"${text.trim()}" is no duration, as 100ms, 1.5s and 2m are.`
}

/** A bare number means milliseconds. */
function withUnit(text: string): string {
  const compact = text.replaceAll(' ', '')
  return /^[0-9.]+$/.test(compact) ? `${compact}ms` : compact
}

import { parseDuration } from '../../jaeger/parse-parameters.ts'

/** The values of the search form as strings. They are stored in the query of the page's URL. */
export interface SearchForm {
  readonly service: string
  readonly operation: string
  /** The search period in minutes until now, or `CUSTOM`. */
  readonly lookback: string
  /** Start of the period in RFC 3339, if `lookback` is `CUSTOM`. `to` is its end. */
  readonly from: string
  readonly to: string
  readonly minDuration: string
  readonly maxDuration: string
  readonly tags: string
  readonly errors: boolean
  readonly limit: string
}

/** An invalid value of the form, and its field. */
export interface FormProblem {
  readonly field: 'from' | 'to' | 'minDuration' | 'maxDuration' | 'tags'
  readonly message: string
}

/** The choices of the search period, in minutes. */
export const LOOKBACKS: readonly (readonly [minutes: string, label: string])[] = [
  ['5', 'last 5 minutes'],
  ['15', 'last 15 minutes'],
  ['60', 'last hour'],
  ['360', 'last 6 hours'],
  ['1440', 'last day'],
  ['10080', 'last week'],
]

/** The lookback that selects the period from `from` to `to`. */
export const CUSTOM = 'custom'

/** The choices of the maximum number of traces. */
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

/**
 * Parses the form from the query of the page's URL. A value that the form does not offer is replaced by its default.
 */
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

/** Formats the form as the query of the page's URL. Default values are omitted. */
export function formatForm(form: SearchForm): string {
  const query = new URLSearchParams()
  for (const name of FIELDS) if (form[name] !== EMPTY[name]) query.set(name, form[name])
  if (form.errors) query.set('errors', 'true')
  return String(query)
}

/** The first invalid value of the form; `undefined` if the form is valid. */
export function formProblem(form: SearchForm): FormProblem | undefined {
  if (form.lookback === CUSTOM) {
    const [from, to] = [Date.parse(form.from), Date.parse(form.to)]
    if (Number.isNaN(from)) return { field: 'from', message: 'From is not a date and time.' }
    if (Number.isNaN(to)) return { field: 'to', message: 'To is not a date and time.' }
    if (to < from) return { field: 'to', message: 'To is before From.' }
  }
  const [least, most] = [nanos(form.minDuration), nanos(form.maxDuration)]
  if (least === undefined) return { field: 'minDuration', message: noDuration(form.minDuration) }
  if (most === undefined) return { field: 'maxDuration', message: noDuration(form.maxDuration) }
  if (form.maxDuration.trim() && most < least) {
    return { field: 'maxDuration', message: 'Max duration is less than min duration.' }
  }
  const tags = parseTags(form.tags)
  return 'rest' in tags ? { field: 'tags', message: `"${tags.rest}" is not key=value.` } : undefined
}

/** The parameters of Jaeger's `trace-summaries` for a valid form. */
export function toSummariesQuery(form: SearchForm, nowMillis: number): URLSearchParams {
  const attributes: Record<string, string> = { ...parseTags(form.tags).tags }
  if (form.errors) attributes.error = 'true'
  const isCustom = form.lookback === CUSTOM
  // The period ends a minute from now, since the clocks of senders may be ahead.
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

/** Longer values make addresses that servers and browsers refuse. */
const MAX_TAG_LENGTH = 1_000

/** The address of a search for an attribute in the last week. `undefined` if the search cannot express it. */
export function searchFor(key: string, value: string): string | undefined {
  if (/[\s="]/.test(key) || key === '' || key.length + value.length > MAX_TAG_LENGTH) return undefined
  const isPlain = /^[^\s"\\]+$/.test(value)
  const tags = `${key}=${isPlain ? value : `"${value.replace(/["\\]/g, '\\$&')}"`}`
  return `/?${formatForm({ ...EMPTY, lookback: '10080', tags })}`
}

interface ParsedTags {
  readonly tags: Readonly<Record<string, string>>
  /** The text from the first token that is not `key=value`. */
  readonly rest?: string
}

/**
 * Parses logfmt: `key=value key2="two words" key3`, separated by spaces. A key without a value means true, as in
 * Jaeger's UI.
 */
function parseTags(text: string): ParsedTags {
  const tags: [string, string][] = []
  let rest = text.trim()
  while (rest !== '') {
    const match = /^([^\s="]+)(?:=(?:"((?:[^"\\]|\\.)*)"|([^\s"]\S*|)))?(?:\s+|$)/.exec(rest)
    if (!match) return { tags: Object.fromEntries(tags), rest }
    const [whole, key = '', quoted, plain] = match
    tags.push([key, quoted?.replace(/\\(.)/g, '$1') ?? plain ?? 'true'])
    rest = rest.slice(whole.length)
  }
  return { tags: Object.fromEntries(tags) }
}

/** Parses a duration to nanoseconds. Empty text is 0, which means no limit. `undefined` if the text is invalid. */
function nanos(text: string): bigint | undefined {
  if (!text.trim()) return 0n
  try {
    return parseDuration('', withUnit(text))
  } catch {
    return undefined
  }
}

function noDuration(text: string): string {
  return `"${text.trim()}" is not a duration such as 100ms, 1.5s or 2m.`
}

/** Adds the unit `ms` to a number without a unit. */
function withUnit(text: string): string {
  const compact = text.replaceAll(' ', '')
  return /^[0-9.]+$/.test(compact) ? `${compact}ms` : compact
}

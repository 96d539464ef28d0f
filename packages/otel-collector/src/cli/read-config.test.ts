import { expect, test } from 'vitest'
import { readConfig } from './read-config.ts'

test('without variables every option has its default', () => {
  expect(readConfig({ OTLP_PORT: '', DATABASE_PATH: '' })).toEqual({})
})

test('every variable sets its option', () => {
  const env = {
    OTLP_PORT: '0',
    UI_PORT: '65535',
    LISTEN_HOST: '0.0.0.0',
    ALLOWED_HOSTS: 'traces.example, [fd00::1],',
    DATABASE_PATH: '/var/lib/traces.sqlite',
    MAX_AGE_MINUTES: '90',
    MAX_SPANS: '5000000',
    REDACT: 'true',
  }
  expect(readConfig(env)).toEqual({
    otlpPort: 0,
    uiPort: 65535,
    host: '0.0.0.0',
    allowedHosts: ['traces.example', '[fd00::1]'],
    databasePath: '/var/lib/traces.sqlite',
    maxAgeMillis: 5_400_000,
    maxSpans: 5_000_000,
    redact: true,
  })
})

test('REDACT is true or false', () => {
  expect(readConfig({ REDACT: 'false' })).toEqual({ redact: false })
  expect(() => readConfig({ REDACT: 'yes' })).toThrow('REDACT is "yes": it must be true or false')
})

test.each([
  ['OTLP_PORT', '65536', '0 to 65535'],
  ['OTLP_PORT', '-1', '0 to 65535'],
  ['UI_PORT', '16e3', '0 to 65535'],
  ['UI_PORT', ' 80', '0 to 65535'],
  ['MAX_AGE_MINUTES', '0', '1 to 5256000'],
  ['MAX_SPANS', 'many', '1 to 100000000'],
  ['MAX_SPANS', '1.5', '1 to 100000000'],
])('%s="%s" is an error that names the valid values', (name, value, range) => {
  expect(() => readConfig({ [name]: value })).toThrow(
    `${name} is "${value}": it must be a whole number from ${range}`,
  )
})

test.each(['https://traces.example', 'traces.example:16686', '*', 'a b'])(
  'ALLOWED_HOSTS="%s" is an error that names it',
  (value) => {
    expect(() => readConfig({ ALLOWED_HOSTS: `ok.example,${value}` })).toThrow(
      `ALLOWED_HOSTS names "${value}"`,
    )
  },
)

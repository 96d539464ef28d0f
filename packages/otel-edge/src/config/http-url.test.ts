import { expect, test } from 'vitest'
import { parseHttpUrl } from './http-url.ts'

// https://url.spec.whatwg.org/#concept-url-parser and https://fetch.spec.whatwg.org/#dom-request
test.each([
  ['http://localhost:4318', 'http://localhost:4318/'],
  ['https://collector.example/v1/traces?key=1', 'https://collector.example/v1/traces?key=1'],
  ['HTTPS://Collector.Example:443', 'https://collector.example/'],
  ['http://[::1]:4318/', 'http://[::1]:4318/'],
  ['http://127.1', 'http://127.0.0.1/'],
  ['https://bücher.example', 'https://xn--bcher-kva.example/'],
  ['https://@collector.example', 'https://collector.example/'],
])('%s is the address %s', (text, href) => {
  expect(parseHttpUrl(text)?.href).toBe(href)
})

test.each([
  [''],
  ['collector:4318'],
  ['localhost:4318'],
  ['//collector.example'],
  ['/v1/traces'],
  ['http:collector.example'],
  ['http:/collector.example'],
  ['http://'],
  ['http://a b'],
  ['http://collector:99999'],
  [' https://collector.example'],
  ['grpc://collector:4317'],
  ['ftp://collector'],
  ['data:,x'],
  ['https://user@collector.example'],
  ['https://:secret@collector.example'],
  ['https://user:secret@collector.example'],
])('%j is no address', (text) => {
  expect(parseHttpUrl(text)).toBeUndefined()
})

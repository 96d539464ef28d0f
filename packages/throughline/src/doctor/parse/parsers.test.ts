import { describe } from 'vitest'
import { describeParsers, testJsonReader } from '../../../../otel-shared/test/describe-parsers.ts'
import { response } from '../../../test/observed.ts'
import { parseJson } from '../trace/json-value.ts'
import { readOtlpTrace } from '../trace/otlp-trace.ts'
import { readZipkinTrace } from '../trace/zipkin-trace.ts'
import { blocksScript, parsePolicies } from './content-security-policy.ts'
import { matchesSource } from './csp-source.ts'
import { readTags } from './html.ts'
import { readServerSpan } from './server-timing.ts'
import { mayBeShared } from './shared-cache.ts'
import { findSnippet } from './snippet.ts'

const PAGE = new URL('https://www.example.com/a')

describeParsers(
  {
    HTML: readTags,
    'the script tag': (text) => findSnippet(readTags(text), PAGE),
    'an attribute of the script tag': (text) =>
      findSnippet(
        [
          {
            name: 'script',
            attributes: new Map(
              ['src', 'data-sdk', 'data-endpoint', 'data-propagate-to', 'data-service-name'].map((name) => [
                name,
                text,
              ]),
            ),
            text,
          },
        ],
        PAGE,
      ),
  },
  [
    ...[
      '<',
      '>',
      '</',
      '/>',
      '<a ',
      '<a b="',
      "<a b='",
      '<a b=',
      '<!--',
      '-->',
      '--!>',
      '<!',
      '<?',
      '-',
      '=',
      '"',
      "'",
    ],
    ...['<script>', '</script>', '<script><!--', '<template>', '</template>', '<title>', '<base href="'],
    ...[
      '&#',
      '&#x',
      '&amp;',
      '&#x41',
      '\r',
      '\n',
      '\0',
      ' ',
      '/throughline.js',
      'data-service-name',
      ',',
      'https://a',
    ],
  ],
)

describeParsers(
  {
    'a content security policy': (text) => {
      const use = {
        tag: { name: 'script', attributes: new Map([['nonce', text]]), text },
        url: undefined,
        isAdded: false,
        integrity: text,
      }
      return parsePolicies([text]).map((policy) => blocksScript(policy, PAGE, use))
    },
    'a source of a policy': (text) => matchesSource(text, new URL('https://a.example/b/c'), PAGE),
  },
  [
    ...[';', ',', ' ', "'", '*', ':', '/', '%', '%41', '.', 'a', '[', ']', '1', '?', '-', '+', '_', '='],
    ...[
      "'nonce-",
      "'sha256-",
      "'self'",
      "'unsafe-inline'",
      'script-src ',
      'https://',
      '*.',
      ':443',
      'a.example/b/',
    ],
  ],
)

describeParsers(
  {
    'Server-Timing': readServerSpan,
    'Cache-Control': (text) =>
      mayBeShared(response({ 'cache-control': text, 'cdn-cache-control': text, vary: text })),
    Expires: (text) => mayBeShared(response({ expires: text, date: text })),
  },
  [
    ...[
      '"',
      '\\',
      '\\"',
      ';',
      ',',
      '=',
      ' ',
      '\t',
      'a',
      'traceparent',
      'desc',
      'traceparent;desc="',
      'dur=1',
    ],
    ...['max-age', 's-maxage=', 'public', 'private', '="', '0', '9', 'Sun, 06 Nov 1994 08:49:37 GMT'],
  ],
)

const SPAN = {
  spanId: 'b7ad6b7169203331',
  parentSpanId: 'MDAwMDAwMDA=',
  name: 'GET /',
  kind: 2,
  flags: 257,
  startTimeUnixNano: '1',
  endTimeUnixNano: '2',
  attributes: [
    { key: 'a', value: { arrayValue: { values: [{ stringValue: 'b' }, { intValue: '1' }] } } },
    { key: 'c', value: { kvlistValue: { values: [{ key: 'd', value: { doubleValue: 1 } }] } } },
  ],
  events: [{ name: 'e', attributes: [{ key: 'f', value: { boolValue: true } }] }],
}
const OTLP = {
  result: {
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
        scopeSpans: [{ scope: { name: 'http' }, spans: [SPAN] }],
      },
    ],
  },
}
const ZIPKIN = [
  {
    ...{ id: 'b7ad6b7169203331', parentId: '00f067aa0ba902b7', name: 'get', kind: 'SERVER', shared: true },
    ...{ timestamp: 1, duration: 2, localEndpoint: { serviceName: 'shop' }, tags: { a: 'b' } },
  },
]

describe('a trace of Jaeger', () => {
  testJsonReader(readOtlpTrace, OTLP)
  describeParsers({ 'its text': (text) => readOtlpTrace(parseJson(text)) })
})

describe('a trace of Zipkin', () => {
  testJsonReader(readZipkinTrace, ZIPKIN)
  describeParsers({ 'its text': (text) => readZipkinTrace(parseJson(text)) })
})

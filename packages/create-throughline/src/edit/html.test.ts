import { expect, test } from 'vitest'
import { insertInHead } from './html.ts'

test.each([
  [
    'after the charset',
    '<head>\n\t<meta charset="utf-8">\n\t<title>a</title>\n</head>',
    '<head>\n\t<meta charset="utf-8">\n\t<t></t>\n\t<title>a</title>\n</head>',
  ],
  [
    'first in a head',
    '<head>\n  <title>a</title>\n</head>',
    '<head>\n  <t></t>\n  <title>a</title>\n</head>',
  ],
  [
    'before a later charset',
    '<head>\n  <title>a</title>\n  <meta charset="utf-8">\n</head>',
    '<head>\n  <t></t>\n  <title>a</title>\n  <meta charset="utf-8">\n</head>',
  ],
  ['in an empty head', '<html>\n  <head></head>\n</html>', '<html>\n  <head>\n    <t></t></head>\n</html>'],
  [
    'with CRLF',
    '<head>\r\n  <title>a</title>\r\n</head>',
    '<head>\r\n  <t></t>\r\n  <title>a</title>\r\n</head>',
  ],
  [
    'in a page without a head',
    '<!doctype html>\n<title>a</title>\n<p>b',
    '<!doctype html>\n<t></t>\n<title>a</title>\n<p>b',
  ],
  [
    'before the body of a page without a head',
    '<html>\n  <body>\n  </body>\n</html>',
    '<html>\n  <t></t>\n  <body>\n  </body>\n</html>',
  ],
  [
    'not in a comment',
    '<!-- <head> -->\n<head>\n  <title>a</title>\n</head>',
    '<!-- <head> -->\n<head>\n  <t></t>\n  <title>a</title>\n</head>',
  ],
])('a tag is inserted %s', (_, before, after) => {
  expect(insertInHead(before, '<t></t>')).toBe(after)
})

test.each(['<li>a</li>\n', 'text', ''])('the fragment %j gets no tag', (text) => {
  expect(insertInHead(text, '<t></t>')).toBeUndefined()
})

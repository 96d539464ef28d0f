import { describe, expect, test } from 'vitest'
import { findElements, insertInHead } from './html.ts'

const TAG = '<t></t>'

describe('a tag is inserted into a page', () => {
  test.each([
    [
      'in capitals',
      '<HTML>\n<HEAD>\n<TITLE>a</TITLE>\n</HEAD>\n</HTML>',
      `<HTML>\n<HEAD>\n  ${TAG}\n<TITLE>a</TITLE>\n</HEAD>\n</HTML>`,
    ],
    [
      'with a charset in capitals',
      '<HEAD>\n<META CHARSET=UTF-8>\n</HEAD>',
      `<HEAD>\n<META CHARSET=UTF-8>\n${TAG}\n</HEAD>`,
    ],
    [
      'with a charset that closes itself',
      '<head>\n  <meta charset="utf-8" />\n</head>',
      `<head>\n  <meta charset="utf-8" />\n  ${TAG}\n</head>`,
    ],
    [
      'with attributes of the head',
      '<head lang="en" data-a="<head>">\n  <title>a</title>\n</head>',
      `<head lang="en" data-a="<head>">\n  ${TAG}\n  <title>a</title>\n</head>`,
    ],
    [
      'with a head on several lines',
      '<head\n  lang="en"\n>\n  <title>a</title>\n</head>',
      `<head\n  lang="en"\n>\n  ${TAG}\n  <title>a</title>\n</head>`,
    ],
    [
      'on one line',
      '<!doctype html><html><head><title>a</title></head><body></body></html>',
      `<!doctype html><html><head>\n  ${TAG}<title>a</title></head><body></body></html>`,
    ],
    [
      'on one line, with a charset',
      '<!doctype html><meta charset=utf-8><title>a</title>',
      `<!doctype html><meta charset=utf-8>\n${TAG}<title>a</title>`,
    ],
    [
      'with a content type in place of a charset',
      '<head>\n  <meta http-equiv="Content-Type" content="text/html; charset=utf-8">\n</head>',
      `<head>\n  ${TAG}\n  <meta http-equiv="Content-Type" content="text/html; charset=utf-8">\n</head>`,
    ],
    [
      'with a policy before the charset',
      '<head>\n  <meta http-equiv="Content-Security-Policy" content="a">\n  <meta charset="utf-8">\n</head>',
      `<head>\n  ${TAG}\n  <meta http-equiv="Content-Security-Policy" content="a">\n  <meta charset="utf-8">\n</head>`,
    ],
    [
      'with a comment in the head',
      '<head>\n  <!-- a -->\n  <title>b</title>\n</head>',
      `<head>\n  ${TAG}\n  <!-- a -->\n  <title>b</title>\n</head>`,
    ],
    [
      'with a head only in a script',
      '<!doctype html>\n<script>"<head>"</script>',
      `<!doctype html>\n${TAG}\n<script>"<head>"</script>`,
    ],
    [
      'with a head only in a text',
      '<html>\n<body>\n<textarea><head></textarea>\n</body>\n</html>',
      `<html>\n${TAG}\n<body>\n<textarea><head></textarea>\n</body>\n</html>`,
    ],
    [
      'with tabs',
      '<html>\n\t<head>\n\t\t<title>a</title>\n\t</head>\n</html>',
      `<html>\n\t<head>\n\t\t${TAG}\n\t\t<title>a</title>\n\t</head>\n</html>`,
    ],
    [
      'without indentation',
      '<html>\n<head>\n<title>a</title>\n</head>\n</html>',
      `<html>\n<head>\n  ${TAG}\n<title>a</title>\n</head>\n</html>`,
    ],
    [
      'without an end of the head',
      '<!doctype html>\n<head>\n  <title>a</title>\n<body>',
      `<!doctype html>\n<head>\n  ${TAG}\n  <title>a</title>\n<body>`,
    ],
    [
      'with CRLF and a charset',
      '<head>\r\n\t<meta charset="utf-8">\r\n</head>\r\n',
      `<head>\r\n\t<meta charset="utf-8">\r\n\t${TAG}\r\n</head>\r\n`,
    ],
    [
      'with a conditional comment',
      '<!--[if IE]><html class="ie"><![endif]-->\n<html>\n<head>\n</head>\n</html>',
      `<!--[if IE]><html class="ie"><![endif]-->\n<html>\n<head>\n  ${TAG}\n</head>\n</html>`,
    ],
    [
      'with a declaration of XML',
      '<?xml version="1.0"?>\n<!DOCTYPE html>\n<html>\n<head>\n</head>\n</html>',
      `<?xml version="1.0"?>\n<!DOCTYPE html>\n<html>\n<head>\n  ${TAG}\n</head>\n</html>`,
    ],
    ['with a body and no head', '<body>\n  <p>a</p>\n</body>', `${TAG}\n<body>\n  <p>a</p>\n</body>`],
    [
      'with an indented first element',
      '<!doctype html>\n  <title>a</title>',
      `<!doctype html>\n  ${TAG}\n  <title>a</title>`,
    ],
    ['with text before its elements', '<!doctype html>\na <b>c</b>', `<!doctype html>\na ${TAG}\n<b>c</b>`],
    [
      'with a frame set',
      '<html>\n<head>\n<title>a</title>\n</head>\n<frameset></frameset>\n</html>',
      `<html>\n<head>\n  ${TAG}\n<title>a</title>\n</head>\n<frameset></frameset>\n</html>`,
    ],
  ])('%s', (_, before, after) => {
    expect(insertInHead(before, TAG)).toBe(after)
  })

  test.each([
    '<!doctype html>\n<html>\n<head>\n<title>a</title>\n</head>\n<body></body>\n</html>\n',
    '<!doctype html><title>a</title>',
    '<html><head><meta charset=utf-8></head></html>',
    '<!doctype html>\n<p>a',
    '<head></head>',
  ])('so that a browser runs it before all others: %j', (before) => {
    const script = '<script src="a.js"></script>'
    const after = insertInHead(before, script) ?? ''
    const [first] = findElements(after).filter(({ name }) => !/^(?:html|head|meta)$/.test(name))
    expect([first?.name, first?.attributes]).toEqual(['script', { src: 'a.js' }])
    expect(after.replace(script, '').replace(/\s+/g, '')).toBe(before.replace(/\s+/g, ''))
  })
})

test.each([
  ['a component', '<template>\n  <p>a</p>\n</template>\n'],
  ['a list', '<ul></ul>'],
  ['a header, which is no head', '<header></header>'],
  ['a comment with a page', '<!-- <html><head></head></html> -->'],
  ['a page without an element', '<html></html>'],
  ['only a doctype', '<!doctype html>\n'],
  ['a doctype and a text', '<!doctype html>\nhello'],
])('a text gets no tag if it is %s', (_, text) => {
  expect(insertInHead(text, TAG)).toBeUndefined()
})

describe('the elements of a page', () => {
  test('have their places in the text, and those that the parser adds are left out', () => {
    const text = '<!doctype html>\n<p class="a">b</p>\n<img src=c>'
    const found = findElements(text).map(({ start, end, outerEnd }) => [
      text.slice(start, end),
      text.slice(start, outerEnd),
    ])
    expect(found).toEqual([
      ['<p class="a">', '<p class="a">b</p>'],
      ['<img src=c>', '<img src=c>'],
    ])
  })

  test('are in the order of the text, also where the parser moves them', () => {
    const text = '<table><p>a</p><tr><td>b</td></tr></table>'
    expect(findElements(text).map(({ name }) => name)).toEqual(['table', 'p', 'tr', 'td'])
  })

  test('have attributes in lower case, without entities', () => {
    const [first] = findElements('<A HREF="?a=1&amp;b=2" hidden>')
    expect(first?.attributes).toEqual({ href: '?a=1&b=2', hidden: '' })
  })

  test.each(['', 'a', '<!-- <p> -->', '<![CDATA[<p>]]>'])('are none in %j', (text) => {
    expect(findElements(text)).toEqual([])
  })
})

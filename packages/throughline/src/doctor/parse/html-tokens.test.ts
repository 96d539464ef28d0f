import { describe, expect, test } from 'vitest'
import { readTags } from './html.ts'

const names = (html: string) => readTags(html).map(({ name }) => name)
const attributes = (html: string) => Object.fromEntries(readTags(html)[0]?.attributes ?? [])
const text = (html: string) => readTags(html)[0]?.text

describe('the attributes of a tag', () => {
  test.each([
    ['a value in double quotes can contain single quotes', `<p a="it's">`, { a: "it's" }],
    ['a value in single quotes can contain double quotes', `<p a='"b"'>`, { a: '"b"' }],
    ['a value in quotes can contain the end of a tag', '<p a="<b>">', { a: '<b>' }],
    ['a value in quotes can contain line breaks', '<p a="b\nc">', { a: 'b\nc' }],
    ['an empty value in quotes is empty', `<p a="" b=''>`, { a: '', b: '' }],
    ['a value without quotes ends at white space', '<p a=b c>', { a: 'b', c: '' }],
    ['a value without quotes can contain slashes', '<p a=/b/c/>', { a: '/b/c/' }],
    ['a value without quotes can contain quotes and equals signs', `<p a=b"c'd=e>`, { a: `b"c'd=e` }],
    ['a value without quotes can begin with an equals sign', '<p a==b>', { a: '=b' }],
    ['a value that is missing is empty', '<p a=>', { a: '' }],
    ['an attribute without a value is empty', '<p hidden>', { hidden: '' }],
    ['white space can surround the equals sign', '<p a \n=\t"b">', { a: 'b' }],
    [
      'attributes need no white space after a value in quotes',
      `<p a="1"b='2'c=3>`,
      { a: '1', b: '2', c: '3' },
    ],
    ['a slash separates attributes', '<p a/b="1"/c>', { a: '', b: '1', c: '' }],
    ['the first of two attributes with one name counts', '<p a=1 A=2>', { a: '1' }],
    ['names are lower-case and values are not', '<p DATA-Name=Shop>', { 'data-name': 'Shop' }],
    ['a name can begin with an equals sign', '<p =a=1>', { '=a': '1' }],
    ['a name can contain quotes', `<p a"b'c=1>`, { 'a"b\'c': '1' }],
    ['a form feed is white space', '<p\fa=1\fb=2>', { a: '1', b: '2' }],
    ['a no-break space is part of a name', '<p a\u00a0b=1>', { 'a\u00a0b': '1' }],
    ['a no-break space is part of a value without quotes', '<p a=1\u00a0b>', { a: '1\u00a0b' }],
    [
      'names of object properties are usual names',
      '<p __proto__=1 constructor=2>',
      JSON.parse('{"__proto__":"1","constructor":"2"}'),
    ],
  ])('%s', (_, html, expected) => {
    expect(attributes(html)).toEqual(expected)
  })
})

describe('character references in values', () => {
  test.each([
    ['the five names of XML are decoded', '&amp;&lt;&gt;&quot;&apos;', `&<>"'`],
    ['upper-case names that HTML has are decoded', '&AMP;&LT;&GT;&QUOT;', '&<>"'],
    ['names in another case are text', '&Amp;&aMp;', '&Amp;&aMp;'],
    ['a decimal number is a character', '&#65;', 'A'],
    ['a hexadecimal number is a character in either case', '&#x41;&#X41;&#x2f;&#x2F;', 'AA//'],
    ['leading zeros have no meaning', '&#0000000065;&#x00000041;', 'AA'],
    ['a number needs no semicolon', '&#47a&#x2Fz', '/a/z'],
    ['a character outside of the first plane is decoded', '&#x1F600;', '\u{1f600}'],
    ['zero becomes the replacement character', '&#0;', '\ufffd'],
    ['a surrogate becomes the replacement character', '&#xD800;&#57343;', '\ufffd\ufffd'],
    ['a number beyond Unicode becomes the replacement character', '&#x110000;&#99999999999;', '\ufffd\ufffd'],
    ['the greatest code point is decoded', '&#x10FFFF;', '\u{10ffff}'],
    ['a decoded ampersand begins no reference', '&amp;lt;', '&lt;'],
    ['an ampersand alone is text', 'a & b &', 'a & b &'],
    ['a name without a semicolon is text', '?a=1&lt=2', '?a=1&lt=2'],
    ['a number without digits is text', '&#;&#x;', '&#;&#x;'],
  ])('%s', (_, value, expected) => {
    expect(attributes(`<a href="${value.replaceAll('"', '')}">`).href).toBe(expected)
  })

  test('are decoded in values without quotes', () => {
    expect(attributes('<a href=/&#x3F;a&amp;b>').href).toBe('/?a&b')
  })

  test('are text in names', () => {
    expect(attributes('<a &amp;=1>')).toEqual({ '&amp;': '1' })
  })
})

describe('what is no start tag', () => {
  test.each([
    ['an end tag', '</b></script>', []],
    ['an end tag with a tag in an attribute', '</p a="<b>"><i>', ['i']],
    ['a less-than sign before white space', '< b><i>', ['i']],
    ['a less-than sign before a digit', '<1><i>', ['i']],
    ['a less-than sign at the end', '<i><', ['i']],
    ['an end tag without a name', '</><i>', ['i']],
    ['a bogus comment of an end tag', '</ b><i>', ['i']],
    ['a bogus comment of a question mark', '<?b <c>?><i>', ['i']],
    ['a bogus comment of an exclamation mark', '<!b <c><i>', ['i']],
    ['a doctype', '<!DOCTYPE html PUBLIC "-//W3C//DTD"><i>', ['i']],
    ['a tag in a comment', '<!-- <b> --><i>', ['i']],
    ['a tag between dashes in a comment', '<!-- -- <b> -- > <c> --><i>', ['i']],
    ['a tag that ends in no `>`', '<i><b a=1', ['i']],
    ['a tag whose quotes do not end', '<i><b a="1><c>', ['i']],
    ['a tag that ends after its name', '<i><b', ['i']],
    ['a tag that ends after an equals sign', '<i><b a=', ['i']],
  ])('%s', (_, html, expected) => {
    expect(names(html)).toEqual(expected)
  })
})

describe('the end of a comment', () => {
  test.each([
    ['is the first arrow', '<!-- a --><i>-->', ['i']],
    ['can have more dashes', '<!-- a -----><i>', ['i']],
    ['can have an exclamation mark', '<!-- a --!><i>', ['i']],
    ['can follow the start', '<!----><i>', ['i']],
    ['with an exclamation mark can follow the start', '<!----!><i>', ['i']],
    ['can share the dashes of the start', '<!--><i>', ['i']],
    ['can share one dash of the start', '<!---><i>', ['i']],
    ['with an exclamation mark shares no dashes of the start', '<!--!><b>--><i>', ['i']],
    ['with an exclamation mark shares no dash of the start', '<!---!><b>--><i>', ['i']],
    ['is the end of the document without an arrow', '<!-- <b>', []],
  ])('%s', (_, html, expected) => {
    expect(names(html)).toEqual(expected)
  })
})

describe('elements that contain text', () => {
  test.each(['script', 'style', 'textarea', 'title', 'noscript', 'noframes', 'iframe', 'xmp'])(
    'the content of %s is text up to its end tag',
    (name) => {
      const html = `<${name}><b></c></${name.toUpperCase()} a="1"><i>`
      expect(names(html)).toEqual([name, 'i'])
      expect(text(html)).toBe('<b></c>')
    },
  )

  test.each([
    ['an end tag with a longer name does not end them', '<title></titles><b></title><i>', ['title', 'i']],
    ['an end tag needs no white space before a slash', '<title></title/><i>', ['title', 'i']],
    ['they have no end without an end tag', '<title><b>', ['title']],
    ['a slash in the start tag does not end them', '<script src=a /><b></script><i>', ['script', 'i']],
    ['the content of an element with a longer name is tags', '<titles><b>', ['titles', 'b']],
  ])('%s', (_, html, expected) => {
    expect(names(html)).toEqual(expected)
  })
})

describe('the text of a script', () => {
  test.each([
    ['can contain a comment', '<script><!-- a --></script>', '<!-- a -->'],
    ['ends within a comment', '<script><!-- a </script> -->', '<!-- a '],
    [
      'contains the script in its comment',
      '<script><!-- "<script></script>" --></script><b>',
      '<!-- "<script></script>" -->',
    ],
    ['ends at the first end tag outside of a comment', '<script>"<script>"</script></script>', '"<script>"'],
    [
      'can contain a whole comment of five characters',
      '<script><!--><script></script></script>',
      '<!--><script>',
    ],
    [
      'begins a second comment after the first',
      '<script><!-- --><!-- <script></script> --></script>',
      '<!-- --><!-- <script></script> -->',
    ],
    [
      'has no end in a script of a comment',
      '<script><!-- <script> </script><b>',
      '<!-- <script> </script><b>',
    ],
    ['does not begin a script by a longer name', '<script><!-- <scripts> </script>', '<!-- <scripts> '],
  ])('%s', (_, html, expected) => {
    expect(text(html)).toBe(expected)
  })

  test.each([
    ['Windows', '\r\n'],
    ['old Macs', '\r'],
    ['Unix', '\n'],
  ])('has the line ends of Unix in a document with those of %s', (_, lineEnd) => {
    expect(text(`<script>a${lineEnd}${lineEnd}b${lineEnd}</script>`)).toBe('a\n\nb\n')
  })
})

describe('the content of a template', () => {
  test.each([
    ['is not part of the page', '<template><b><script></script></template><i>', ['template', 'i']],
    ['includes inner templates', '<template><template></template><b></template><i>', ['template', 'i']],
    ['does not end in a comment', '<template><!-- </template> --><b></template><i>', ['template', 'i']],
    [
      'does not end in a script',
      '<template><script>"</template>"</script><b></template><i>',
      ['template', 'i'],
    ],
    ['is the rest of the document without an end tag', '<template><b>', ['template']],
  ])('%s', (_, html, expected) => {
    expect(names(html)).toEqual(expected)
  })

  test('an end tag without a template has no effect', () => {
    expect(names('</template><b></template><i>')).toEqual(['b', 'i'])
  })
})

test('an empty document has no tags', () => {
  expect(readTags('')).toEqual([])
})

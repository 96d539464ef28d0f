import { expect, test } from 'vitest'
import { readTags } from './html.ts'

const shortened = (html: string) =>
  readTags(html).map(({ name, attributes, text }) => [name, Object.fromEntries(attributes), text])

test.each([
  ['<SCRIPT SRC=a.js async></SCRIPT>', [['script', { src: 'a.js', async: '' }, '']]],
  [`<p a='1 > 0' b = "x" a=2/>`, [['p', { a: '1 > 0', b: 'x' }, '']]],
  [
    '<script>if (a < b) "</p>"</script><b>',
    [
      ['script', {}, 'if (a < b) "</p>"'],
      ['b', {}, ''],
    ],
  ],
  ['<!-- <i> --><!doctype html></i><?x <u>', []],
  ['<!--><b>', [['b', {}, '']]],
  [
    '<title><b></title><i>',
    [
      ['title', {}, '<b>'],
      ['i', {}, ''],
    ],
  ],
  ['<a href="?a=1&amp;b=&#x32;&#51;&copy;">', [['a', { href: '?a=1&b=23&copy;' }, '']]],
  ['a < b <b', []],
  ['<script>open', [['script', {}, 'open']]],
])('%s', (html, tags) => {
  expect(shortened(html)).toEqual(tags)
})

test('reading takes linear time for a document of open tags and quotes', () => {
  expect(readTags(`${'<a "'.repeat(200_000)}>`)).toHaveLength(1)
  expect(readTags(`${'<a b="'.repeat(200_000)}>`)).toHaveLength(1)
  expect(readTags('<!--'.repeat(200_000))).toEqual([])
})

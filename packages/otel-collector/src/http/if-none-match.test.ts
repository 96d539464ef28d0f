import { expect, test } from 'vitest'
import { ifNoneMatchHas } from './if-none-match.ts'

// https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
test.each([
  ['"7-9"', true],
  ['W/"7-9"', true],
  ['"1-1", "7-9"', true],
  ['"1-1",W/"7-9" , "2-2"', true],
  [' "7-9" ', true],
  ['*', true],
  ['"1-1"', false],
  ['W/"1-1", "2-2"', false],
  ['7-9', false],
  ['w/"7-9"', false],
  ['"7-9', false],
  ['"77-99"', false],
  ['', false],
  [undefined, false],
])('the header %j has the tag "7-9": %s', (header, expected) => {
  expect(ifNoneMatchHas(header, '"7-9"')).toBe(expected)
})

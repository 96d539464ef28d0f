import { expect, test } from 'vitest'
import { readOptions } from './read-options.ts'

const SOURCE = `
/** Options of a lamp. */
export interface LampOptions {
  /** Its name. */
  readonly name: string
  /** How bright it is, from 0 to 1. Default 0.5. A broken lamp is dark. */
  readonly brightness?: number | undefined
  /**
   * Its colours:
   * one or many. Default: none.
   */
  readonly colours?: string | readonly string[]
  /** @deprecated The former name of \`brightness\`. */
  readonly light?: number
  /** When it is on. */
  readonly hours?: {
    /** The first hour. */
    readonly from?: number
    readonly to?: number
  }
}

export interface Other {
  readonly name: string
}
`

test('members have their type, their text and their default', () => {
  expect(readOptions(SOURCE, 'LampOptions')).toEqual([
    { name: 'name', type: 'string', isRequired: true, text: 'Its name.', defaultText: '' },
    {
      name: 'brightness',
      type: 'number',
      isRequired: false,
      text: 'How bright it is, from 0 to 1. A broken lamp is dark.',
      defaultText: '0.5',
    },
    {
      name: 'colours',
      type: 'string | string[]',
      isRequired: false,
      text: 'Its colours: one or many.',
      defaultText: 'none',
    },
    {
      name: 'hours',
      type: '{ from?: number; to?: number }',
      isRequired: false,
      text: 'When it is on.',
      defaultText: '',
    },
  ])
})

test('an interface that does not exist, and a member without a comment, are errors', () => {
  expect(() => readOptions(SOURCE, 'Lamp')).toThrow('There is no interface Lamp.')
  expect(() => readOptions(SOURCE, 'Other')).toThrow('Other.name has no doc comment.')
})

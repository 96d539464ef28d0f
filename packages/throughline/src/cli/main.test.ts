import { VERSION } from '@throughline/otel-shared'
import { describe, expect, test } from 'vitest'
import { main } from './main.ts'
import { hasColours } from './surroundings.ts'

async function run(...args: readonly string[]) {
  const printed: string[] = []
  const errors: string[] = []
  const status = await main(args, {
    print: (text) => printed.push(text),
    printError: (text) => errors.push(text),
    isTerminal: false,
    env: {},
  })
  return { status, stdout: printed.join('\n'), stderr: errors.join('\n') }
}

describe('the command line', () => {
  test.each([[[]], [['--help']], [['-h']], [['help']]])('prints its help for %j', async (args) => {
    const { status, stdout, stderr } = await run(...args)
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^throughline COMMAND/)
  })

  test('prints its version', async () => {
    expect(await run('--version')).toEqual({ status: 0, stdout: VERSION, stderr: '' })
  })

  test.each(['diagnose', 'Doctor', '', 'constructor', '__proto__', '--verbose'])(
    'has no command %j',
    async (name) => {
      const { status, stdout, stderr } = await run(name)
      expect([status, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(/ is not a command\.\n\nthroughline COMMAND/)
    },
  )

  test('does not print the credentials of an address in place of a command', async () => {
    const { status, stderr } = await run('https://ann:secret@shop.example/?token=hidden')
    expect(status).toBe(2)
    expect(stderr).not.toMatch(/secret|hidden/)
    expect(stderr).toContain('shop.example')
  })

  test('prints the help of a command', async () => {
    const { status, stdout } = await run('doctor', '--help')
    expect(status).toBe(0)
    expect(stdout).toMatch(/^throughline doctor URL/)
  })

  test('prints a wrong option before the help', async () => {
    const { status, stdout, stderr } = await run('doctor', 'http://a.example', '--timeout=0')
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^--timeout=0 is not a number of seconds.*\n\nthroughline doctor URL/)
  })
})

describe('colours', () => {
  const print = () => {}

  test.each([
    ['are on in a terminal', true, {}, true],
    ['are off elsewhere', false, {}, false],
    ['are off with NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['are on with an empty NO_COLOR', true, { NO_COLOR: '' }, true],
    ['are on with FORCE_COLOR', false, { FORCE_COLOR: '1' }, true],
    ['are off with FORCE_COLOR of 0', true, { FORCE_COLOR: '0' }, false],
    ['are on with FORCE_COLOR before NO_COLOR', false, { FORCE_COLOR: '3', NO_COLOR: '1' }, true],
    ['are off elsewhere with an empty FORCE_COLOR', false, { FORCE_COLOR: '' }, false],
  ])('%s', (_, isTerminal, env, expected) => {
    expect(hasColours({ print, printError: print, isTerminal, env })).toBe(expected)
  })
})

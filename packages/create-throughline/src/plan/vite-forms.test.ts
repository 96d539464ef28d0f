import { describe, expect, test } from 'vitest'
import { parseModule } from '../edit/module.ts'
import { addProxy } from './vite-config.ts'

const ENTRY = "'/v1/traces': process.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? 'http://localhost:4318'"
const add = (text: string) => addProxy('vite.config.ts', text, 'vite')

/** Configurations as they are written in projects. */
const FORMS: Readonly<Record<string, string>> = {
  'a function with types and an environment':
    "export default defineConfig(({ command, mode }: ConfigEnv): UserConfig => {\n  const env = loadEnv(mode, process.cwd(), '')\n  return {\n    plugins: [react()],\n    server: {\n      port: Number(env.PORT) || 3000, // dev\n      ...(command === 'serve' ? { https: {} } : {}),\n    },\n  }\n})\n",
  'a proxy with a comment and no commas at the ends':
    "export default defineConfig({\n  server: {\n    proxy: {\n      // API\n      '/api': {\n        target: 'http://localhost:3000',\n      },\n    }\n  }\n})\n",
  'a proxy in a comment': 'export default {\n  server: {\n    // proxy: {},\n  },\n}\n',
  'a server of a comment': 'export default {\n  server: { /* nothing */ },\n}\n',
  'only a comment': 'export default {\n  // nothing\n}\n',
  'no white space': 'export default {plugins:[a()],server:{port:1}}',
  'parentheses on lines of their own': "export default (\n  {\n    base: '/',\n  }\n)\n",
  'parentheses below a type': "/** @type {import('vite').UserConfig} */\nexport default ({\n\tbase: '/'\n})",
  'a comment as its end': "export default defineConfig({\n  base: '/'\n  // last\n})\n",
  'a comment before a comma': "export default defineConfig({\n  base: '/'/* a */ ,\n})\n",
  'a comment behind a comma': "export default defineConfig({\n  base: '/' ,// a\n})\n",
  'a comment behind one line': "export default defineConfig({ base: '/', // a\n})\n",
  'a comment behind one line without a comma': "export default defineConfig({ base: '/' // a\n})\n",
  'getters and methods':
    "export default defineConfig({\n  get base() { return '/' },\n  async resolve() {},\n})\n",
  'an empty proxy': 'export default { server: { proxy: {} } }\n',
  'a proxy of a comment': 'export default { server: { proxy: { // a\n  } } }\n',
  'keys in quotes and a comment': "export default { 'server': { 'proxy': { /* a */ '/b': 'c' } } }\n",
  'exports for CommonJS and for modules':
    "const config = { base: '/' }\nmodule.exports = config\nmodule.exports.default = config\n",
  'slashes in texts and regular expressions':
    'export default defineConfig({\n  define: { a: \'\\\\\', b: "//", c: /[/*]/ },\n})\n',
  'the signs of comments in texts': "export default { a: '/* ', b: ' */' }\n",
  'the sign of a line comment in a text': "export default {\n  a: '// x',\n  b: 1 }\n",
  'a brace on the last line': 'export default {\n  a: 1,\n  b: 2 }\n',
  'several members on a line': 'export default {\n  a: 1, b: 2 /* x */, }\n',
  'a comma below a comment with a comma': 'export default {\n  a: 1, b: 2 // x,\n  , }\n',
  'names with dollar signs': 'const $config = { a: $ }\nexport default $config\n',
  'a plugin with code of its own':
    "export default defineConfig({\n  plugins: [{ name: 'a', config() { return { server: { proxy: {} } } } }],\n})\n",
  'top-level await': "const { a } = await import('./a.js')\nexport default defineConfig({ plugins: [a] })\n",
  'an enumeration and a namespace':
    'enum A { B }\nnamespace C { export const d = 1 }\nexport default { mode: A.B }\n',
  'line endings of Windows': "export default {\r\n  base: '/' // a, b\r\n}\r\n",
}

describe.each(Object.entries(FORMS))('a configuration with %s', (_, text) => {
  const after = add(text) ?? ''

  test('gets the proxy, and parses', () => {
    expect(after.replaceAll('"', "'")).toContain(ENTRY)
    expect(parseModule('vite.config.ts', after)).toBeDefined()
  })

  test('is the same after a second run', () => {
    expect(add(after)).toBe(after)
  })

  test('keeps its text, apart from a comma', () => {
    const withoutProxy = ['server: { proxy: {', 'proxy: {', '']
      .map(
        (open) =>
          new RegExp(
            `\\s*${open.replaceAll(/[{}]/g, '\\$&')}\\s*${ENTRY.replaceAll(/[?.]/g, '\\$&')}[\\s},]*`,
          ),
      )
      .map((added) => after.replaceAll('"/v1', "'/v1").replace(added, ''))
    const significant = (code: string) => code.replaceAll(/[\s,{}]/g, '')
    expect(withoutProxy.map(significant)).toContain(significant(text))
  })
})

test.each([
  [
    'a proxy by a condition',
    "export default { server: { proxy: process.env.X ? { '/a': 'b' } : undefined } }\n",
  ],
  ['a server by a condition', 'const server = a ? { port: 1 } : undefined\nexport default { server }\n'],
  [
    'a server that is assigned with a type',
    'const c: UserConfig = {}\n;(c as any).server = {}\nexport default c\n',
  ],
  ['a server that is set later', 'const $c = {}\n$c.server = {}\nexport default $c\n'],
  ['two servers', 'export default { server: {}, server: { port: 1 } }\n'],
  ['a computed key behind its server', 'export default { server: {}, [key]: {} }\n'],
  ['Flow', 'export default ({ base: ("/": string) })\n'],
  ['a wrapper of a tool', "import { wrap } from 'a'\nexport default wrap(defineConfig({}))\n"],
])('a configuration with %s is left', (_, text) => {
  expect(add(text)).toBeUndefined()
})

import { expect, test } from 'vitest'
import { addProxy } from './vite-config.ts'

const ENTRY = "'/v1/traces': process.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? 'http://localhost:4318'"
const SERVER = `server: { proxy: { ${ENTRY} } },`

const add = (text: string, path = 'vite.config.ts') => addProxy(path, text, 'vite')

test.each([
  [
    'an object',
    'export default {\n  base: "/",\n}\n',
    `export default {\n  base: "/",\n  ${SERVER.replaceAll("'", '"')}\n}\n`,
  ],
  ['no property', 'export default defineConfig({})\n', `export default defineConfig({\n  ${SERVER}\n})\n`],
  [
    'no comma after the last property',
    "export default {\n  base: '/'\n}\n",
    `export default {\n  base: '/',\n  ${SERVER.slice(0, -1)}\n}\n`,
  ],
  [
    'a comment after the last property',
    "export default {\n  base: '/', // the root\n  // the end\n}\n",
    `export default {\n  base: '/', // the root\n  ${SERVER}\n  // the end\n}\n`,
  ],
  [
    'comments after the last property',
    "export default defineConfig(/* the */ {\n\tbase: '/', /* a */ // b\n\t/* end */\n})\n",
    `export default defineConfig(/* the */ {\n\tbase: '/', /* a */ // b\n\t${SERVER}\n\t/* end */\n})\n`,
  ],
  [
    'a comment after the last property, without a comma',
    "export default {\n  base: '/' // the root\n}\n",
    `export default {\n  base: '/', // the root\n  ${SERVER.slice(0, -1)}\n}\n`,
  ],
  [
    'one line',
    "export default defineConfig({ base: '/' });\n",
    `export default defineConfig({ base: '/', ${SERVER.slice(0, -1)} });\n`,
  ],
  [
    'CRLF and tabs',
    'export default defineConfig({\r\n\tplugins: [],\r\n});\r\n',
    `export default defineConfig({\r\n\tplugins: [],\r\n\t${SERVER}\r\n});\r\n`,
  ],
  [
    'a function',
    "export default defineConfig(() => ({\n  base: '/',\n}))\n",
    `export default defineConfig(() => ({\n  base: '/',\n  ${SERVER}\n}))\n`,
  ],
  [
    'a function with one return',
    "export default defineConfig(async ({ mode }) => {\n  const env = loadEnv(mode, '.')\n  return {\n    base: env.BASE,\n  }\n})\n",
    `export default defineConfig(async ({ mode }) => {\n  const env = loadEnv(mode, '.')\n  return {\n    base: env.BASE,\n    ${SERVER}\n  }\n})\n`,
  ],
  [
    'a constant with a type',
    "const config: UserConfig = {\n  base: '/',\n}\n\nexport default config\n",
    `const config: UserConfig = {\n  base: '/',\n  ${SERVER}\n}\n\nexport default config\n`,
  ],
  [
    '`satisfies`',
    "export default {\n  base: '/',\n} satisfies UserConfig\n",
    `export default {\n  base: '/',\n  ${SERVER}\n} satisfies UserConfig\n`,
  ],
  [
    'CommonJS',
    "module.exports = defineConfig({\n  base: '/',\n})\n",
    `module.exports = defineConfig({\n  base: '/',\n  ${SERVER}\n})\n`,
    'vite.config.cjs',
  ],
  [
    'a server without a proxy',
    'export default {\n  server: {\n    port: 3000,\n  },\n}\n',
    `export default {\n  server: {\n    port: 3000,\n    proxy: { ${ENTRY} },\n  },\n}\n`,
  ],
  [
    'a proxy, which comes after the new entry',
    "export default {\n  server: {\n    proxy: {\n      '/': 'http://localhost:8787',\n    },\n  },\n}\n",
    `export default {\n  server: {\n    proxy: {\n      ${ENTRY},\n      '/': 'http://localhost:8787',\n    },\n  },\n}\n`,
  ],
  [
    'a proxy on one line',
    "export default { server: { proxy: { '/api': 'http://localhost:8787' } } }\n",
    `export default { server: { proxy: { ${ENTRY}, '/api': 'http://localhost:8787' } } }\n`,
  ],
  [
    'a server as a shorthand',
    'const server = { port: 3000 }\nexport default { server }\n',
    `const server = { port: 3000, proxy: { ${ENTRY} } }\nexport default { server }\n`,
  ],
  [
    'a proxy that several servers share',
    "const proxy = { '/': 'http://localhost' }\nexport default dev ? { server: { proxy } } : { server: { proxy, port: 1 } }\n",
    `const proxy = { ${ENTRY}, '/': 'http://localhost' }\nexport default dev ? { server: { proxy } } : { server: { proxy, port: 1 } }\n`,
  ],
  [
    'other members that are set later',
    'export default defineConfig(() => {\n  const config = { plugins: [] }\n  config.plugins.push(a())\n  return config\n})\n',
    `export default defineConfig(() => {\n  const config = { plugins: [], ${SERVER.slice(0, -1)} }\n  config.plugins.push(a())\n  return config\n})\n`,
  ],
  [
    'several returns',
    "export default defineConfig(({ command }) => {\n  if (command === 'serve') {\n    return {\n      base: '/a',\n    }\n  }\n  return {\n    base: '/b',\n  }\n})\n",
    `export default defineConfig(({ command }) => {\n  if (command === 'serve') {\n    return {\n      base: '/a',\n      ${SERVER}\n    }\n  }\n  return {\n    base: '/b',\n    ${SERVER}\n  }\n})\n`,
  ],
  [
    'several returns of one object',
    "const config = { base: '/' }\nexport default defineConfig(({ command }) => {\n  if (command) return config\n  return config\n})\n",
    `const config = { base: '/', ${SERVER.slice(0, -1)} }\nexport default defineConfig(({ command }) => {\n  if (command) return config\n  return config\n})\n`,
  ],
  [
    'spreads without a server',
    "export default defineConfig(({ command }) => {\n  const common = { base: '/', ...(command && { mode: 'a' }) }\n  return command ? { ...common, mode: 'b' } : { ...common }\n})\n",
    `export default defineConfig(({ command }) => {\n  const common = { base: '/', ...(command && { mode: 'a' }) }\n  return command ? { ...common, mode: 'b', ${SERVER.slice(0, -1)} } : { ...common, ${SERVER.slice(0, -1)} }\n})\n`,
  ],
  [
    'a proxy with a spread, which comes after the new entry',
    'export default { server: { proxy: { ...proxies } } }\n',
    `export default { server: { proxy: { ${ENTRY}, ...proxies } } }\n`,
  ],
  [
    'an asynchronous function',
    "export default defineConfig(async () => {\n  const { default: a } = await import('a')\n  return await { plugins: [a()] }\n})\n",
    `export default defineConfig(async () => {\n  const { default: a } = await import('a')\n  return await { plugins: [a()], ${SERVER.slice(0, -1)} }\n})\n`,
  ],
  [
    'a function declaration',
    "export default function config() {\n  return { base: '/' }\n}\n",
    `export default function config() {\n  return { base: '/', ${SERVER.slice(0, -1)} }\n}\n`,
  ],
  [
    'a function by its name',
    "async function config() {\n  return { base: '/' }\n}\nexport default defineConfig(config)\n",
    `async function config() {\n  return { base: '/', ${SERVER.slice(0, -1)} }\n}\nexport default defineConfig(config)\n`,
  ],
  [
    '`mergeConfig`',
    "import base from '@acme/vite'\nexport default mergeConfig(base, defineConfig({\n  base: '/',\n}))\n",
    `import base from '@acme/vite'\nexport default mergeConfig(base, defineConfig({\n  base: '/',\n  ${SERVER}\n}))\n`,
  ],
  [
    '`mergeConfig` of a literal, whose proxy comes first',
    "export default mergeConfig({ server: { proxy: { '/': 'http://localhost' } } }, { base: '/' })\n",
    `export default mergeConfig({ server: { proxy: { ${ENTRY}, '/': 'http://localhost' } } }, { base: '/' })\n`,
  ],
  [
    '`mergeConfig` in a function, of the result of an import',
    "import { baseFor } from './base.js'\nexport default defineConfig(async (env) => {\n  const base = await baseFor(env)\n  return mergeConfig(base, { base: '/' })\n})\n",
    `import { baseFor } from './base.js'\nexport default defineConfig(async (env) => {\n  const base = await baseFor(env)\n  return mergeConfig(base, { base: '/', ${SERVER.slice(0, -1)} })\n})\n`,
  ],
  [
    'imports with other names',
    "import { defineConfig as define, mergeConfig as merge } from 'vite'\nconst base = require('./base.cjs')\nexport default define(merge(base, { base: '/' }))\n",
    `import { defineConfig as define, mergeConfig as merge } from 'vite'\nconst base = require('./base.cjs')\nexport default define(merge(base, { base: '/', ${SERVER.slice(0, -1)} }))\n`,
  ],
  [
    'all of Vite',
    "import * as vite from 'vite'\nexport default vite.defineConfig({ base: '/' })\n",
    `import * as vite from 'vite'\nexport default vite.defineConfig({ base: '/', ${SERVER.slice(0, -1)} })\n`,
  ],
  [
    'an export by its name',
    "const config = <UserConfig>{ base: '/' }\nexport { config as default }\n",
    `const config = <UserConfig>{ base: '/', ${SERVER.slice(0, -1)} }\nexport { config as default }\n`,
  ],
  [
    '`export =`',
    "const config = { base: '/' } as const satisfies UserConfig\nexport = config\n",
    `const config = { base: '/', ${SERVER.slice(0, -1)} } as const satisfies UserConfig\nexport = config\n`,
    'vite.config.cts',
  ],
  [
    'a comment that names the path',
    'export default {\n  // /v1/traces needs no proxy yet\n  plugins: [],\n}\n',
    `export default {\n  // /v1/traces needs no proxy yet\n  plugins: [],\n  ${SERVER}\n}\n`,
  ],
  [
    'a method',
    'export default { resolve() {} }\n',
    `export default { resolve() {}, ${SERVER.slice(0, -1)} }\n`,
  ],
])('the proxy is added to a configuration with %s', (_, before, after, path = 'vite.config.ts') => {
  expect(add(before, path)).toBe(after)
  expect(add(after, path)).toBe(after)
})

test('the configuration of Astro gets the settings of Vite on lines of their own', () => {
  const before = "export default defineConfig({\n  site: 'https://example.com',\n});\n"
  expect(addProxy('astro.config.mjs', before, 'astro')).toBe(
    `export default defineConfig({\n  site: 'https://example.com',\n  vite: {\n    ${SERVER}\n  },\n});\n`,
  )
})

test.each([
  ['a spread', 'export default { ...base }\n'],
  ['a spread after the server', 'export default { server: {}, ...base }\n'],
  ['a spread in the server', 'export default { server: { ...base } }\n'],
  ['a server that is no literal', 'export default { server: serverOf(mode) }\n'],
  ['a server of an import', "import { server } from './server'\nexport default { server }\n"],
  ['a server that may change', 'const server = {}\nserver.port = 1\nexport default { server }\n'],
  ['a computed key', 'export default { [key]: {} }\n'],
  ['`mergeConfig` of an unknown value', 'export default defineConfig((base) => mergeConfig(base, {}))\n'],
  ['`mergeConfig` of imports', "import { a, b } from './a'\nexport default mergeConfig(a, b)\n"],
  [
    'a return that is no literal',
    'export default defineConfig(({ command }) => {\n  if (command) return {}\n  return make()\n})\n',
  ],
  ['a spread that may have a server', 'const a = { server: {} }\nexport default { ...a }\n'],
  ['a spread of an import', "import { a } from './a'\nexport default { ...(dev && a) }\n"],
  ['a method with the key', 'export default { server() {} }\n'],
  ['a function that calls itself', 'function make() {\n  return make()\n}\nexport default make()\n'],
  ['a constant of itself', 'const a = a\nexport default { ...a }\n'],
  ['no return', 'export default defineConfig(() => {})\n'],
  ['a variable that may change', 'let config = {}\nexport default config\n'],
  ['members that are set later', 'const config = {}\nconfig.server = {}\nexport default config\n'],
  [
    'a parameter with the name of a constant',
    'const config = {}\nexport default defineConfig((config) => config)\n',
  ],
  [
    'a pattern with the name of a constant',
    'const config = {}\nexport default defineConfig(({ mode: [config = {}], ...rest }) => config)\n',
  ],
  [
    'a block with the name of a constant',
    'const a = {}\nexport default defineConfig(() => {\n  if (dev) {\n    const a = make()\n    return a\n  }\n  return {}\n})\n',
  ],
  ['a member with a computed name', "const config = {}\nconfig['server'] = {}\nexport default config\n"],
  ['members that are assigned', 'const config = {}\nObject.assign(config, base)\nexport default config\n'],
  ['an import', "import config from './config.js'\nexport default config\n"],
  ['a syntax error', 'export default {\n'],
  ['no export', 'const config = {}\n'],
])('a configuration with %s is left to the user', (_, text) => {
  expect(add(text)).toBeUndefined()
})

test('a configuration whose base has a proxy is left to the user', () => {
  const text = "import base from './base.js'\nexport default mergeConfig(base, {})\n"
  const withBase = (base: string) => addProxy('vite.config.ts', text, 'vite', () => base)
  expect(withBase("export default { server: { proxy: { '/': 'http://localhost' } } }")).toBeUndefined()
  expect(withBase('export default {}')).toContain(ENTRY)
  expect(withBase(`export default { server: { proxy: { ${ENTRY} } } }`)).toBe(text)
})

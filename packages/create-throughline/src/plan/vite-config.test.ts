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
  ['a server as a shorthand', 'const server = {}\nexport default { server }\n'],
  ['a computed key', 'export default { [key]: {} }\n'],
  ['`mergeConfig`', 'export default mergeConfig(base, {})\n'],
  [
    'several returns',
    'export default defineConfig(({ command }) => {\n  if (command) return {}\n  return {}\n})\n',
  ],
  ['a variable that may change', 'let config = {}\nexport default config\n'],
  ['members that are set later', 'const config = {}\nconfig.server = {}\nexport default config\n'],
  ['members that are assigned', 'const config = {}\nObject.assign(config, base)\nexport default config\n'],
  ['an import', "import config from './config.js'\nexport default config\n"],
  ['a syntax error', 'export default {\n'],
  ['no export', 'const config = {}\n'],
])('a configuration with %s is left to the user', (_, text) => {
  expect(add(text)).toBeUndefined()
})

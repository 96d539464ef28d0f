import type { Files } from '../project-folder.ts'
import { BOM, CRLF, manifest, type OddProject } from './odd-project.ts'

const page = (src: string) =>
  `<!doctype html>\n<html>\n<head>\n</head>\n<body>\n<script type="module" src="${src}"></script>\n</body>\n</html>\n`

const vue = (main: string, path = 'src/main.ts'): Files => ({
  'package.json': manifest('vite', 'vue').replace('"*"\n', '"3"\n'),
  'index.html': page(`/${path}`),
  [path]: main,
})
const react = (main: string, path = 'src/main.tsx'): Files => ({
  'package.json': manifest('react', 'vite').replace('"react": "*"', '"react": "19"'),
  'index.html': page(`/${path}`),
  [path]: main,
})
const vite = (config: string, path = 'vite.config.ts', main = "import './a.css'\n"): Files => ({
  'package.json': manifest('vite'),
  'index.html': page('/src/main.ts'),
  'src/main.ts': main,
  [path]: config,
})

const CONFIG = 'vite.config.ts'
const ENTRY = "'/v1/traces': process.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? 'http://localhost:4318'"
const SERVER = `server: { proxy: { ${ENTRY} } }`

/** Pages and configurations of Vite and SvelteKit. */
export const ODD_PAGES: Readonly<Record<string, OddProject>> = {
  'Vue with CRLF, tabs, semicolons and double quotes': {
    files: CRLF(
      vue('import { createApp } from "vue";\n\ncreateApp(App)\n\t.use(router)\n\t.mount("#app");\n'),
    ),
    contains: {
      'src/main.ts':
        'const app = createApp(App)\n\t.use(router);\n// Vue catches errors of handlers, async ones too, and of rendering.\napp.config.errorHandler = (error, _instance, info) => {\n\ttracing.recordError(error, { "vue.info": info });\n\tconsole.error(error);\n};\napp.mount("#app");\n',
    },
  },
  'Vue with comments inside the expression': {
    files: vue("import { createApp } from 'vue'\ncreateApp(App /* root */)./* go */mount('#app') // done\n"),
    contains: { 'src/main.ts': '\nconst app = createApp(App /* root */)\n' },
  },
  'Vue with a byte order mark': {
    files: vue(`${BOM}import { createApp } from 'vue'\ncreateApp(App).mount('#app')\n`),
    contains: { 'src/main.ts': `${BOM}import { tracing } from './tracing.ts'\n` },
  },
  'Vue below comments of the file': {
    files: vue(
      "/* eslint-disable */\n/** @file */\nimport { createApp } from 'vue'\ncreateApp(App).mount('#app')\n",
    ),
    contains: { 'src/main.ts': '/* eslint-disable */\n/** @file */\nimport { tracing }' },
  },
  'Vue with an app in an asynchronous function': {
    files: vue("import { createApp } from 'vue'\n;(async () => {\n  createApp(App).mount('#app')\n})()\n"),
    contains: {
      'src/main.ts': "import './tracing.ts'\nimport { createApp } from 'vue'\n;(async",
      'src/tracing.ts': "otel-web'\n",
    },
  },
  'Vue that waits for its router': {
    files: vue(
      "import { createApp } from 'vue'\nconst app = createApp(App)\nawait ready()\napp.mount('#app')",
    ),
    contains: { 'src/main.ts': "}\napp.mount('#app')" },
  },
  'Vue whose tracing is imported, without an error handler': {
    files: {
      ...vue(
        "import { tracing } from './tracing'\nimport { createApp } from 'vue'\ncreateApp(App).mount('#app')\n",
      ),
      'src/tracing.ts':
        "import { startTracing } from '@throughline/otel-web'\nexport const tracing = startTracing({})\n",
    },
  },
  'React as a namespace': {
    files: react(
      "import * as React from 'react'\nimport * as ReactDOM from 'react-dom/client'\nReactDOM.createRoot(root).render(null)\n",
    ),
    contains: {
      'src/main.tsx': 'ReactDOM.createRoot(root, { onCaughtError: report, onUncaughtError: report })',
    },
  },
  'React with another name of createRoot': {
    files: react("import { createRoot as mount } from 'react-dom/client'\nmount(root).render(null)\n"),
    contains: { 'src/main.tsx': "import './tracing.ts'\n" },
  },
  'React below a directive': {
    files: react(
      "'use strict'\nimport { createRoot } from 'react-dom/client'\ncreateRoot(root).render(null)\n",
      'src/main.jsx',
    ),
    contains: { 'src/main.jsx': "'use strict'\nimport { tracing } from './tracing.js'\n" },
  },
  'an entry that is empty': {
    files: vite('export default {}\n', CONFIG, ''),
    contains: { 'src/main.ts': "import './tracing.ts'\n" },
  },
  'an entry with only a comment': {
    files: vite('export default {}', CONFIG, '// soon'),
    contains: { 'src/main.ts': "// soon\nimport './tracing.ts'\n" },
  },
  'a page in capitals, with CRLF': {
    files: {
      ...CRLF(vite('export default {}\n')),
      'index.html':
        '<!DOCTYPE html>\r\n<HTML><BODY>\r\n<SCRIPT TYPE=module SRC=./src/main.ts></SCRIPT>\r\n</BODY></HTML>\r\n',
    },
  },
  'a package.json with a byte order mark, CRLF and four spaces': {
    files: {
      ...vite('export default {}\n'),
      'package.json': `${BOM}{\r\n    "devDependencies": {\r\n        "vite": "8"\r\n    }\r\n}\r\n`,
    },
    contains: { 'package.json': '\n        "@throughline/otel-collector": "^' },
  },
  'a package.json on one line': {
    files: { ...vite('export default {}\n'), 'package.json': '{"name":"p","dependencies":{"vite":"8"}}' },
  },
  'Vite in CommonJS with another ending': {
    files: vite(
      "const { defineConfig } = require('vite')\n\n/** @type {import('vite').UserConfig} */\nmodule.exports = defineConfig({\n  plugins: [],\n})\n",
      'vite.config.cjs',
    ),
    contains: { 'vite.config.cjs': `  plugins: [],\n  ${SERVER},\n` },
  },
  'Vite in a package of type commonjs': {
    files: {
      ...vite('module.exports = {\n  plugins: []\n}\n', 'vite.config.js'),
      'package.json': '{ "type": "commonjs", "dependencies": { "vite": "8" } }',
    },
    contains: { 'vite.config.js': `  plugins: [],\n  ${SERVER}\n` },
  },
  'Vite with .mts and `as const satisfies`': {
    files: vite('export default {\n  plugins: [],\n} as const satisfies UserConfig\n', 'vite.config.mts'),
    contains: { 'vite.config.mts': `${SERVER},\n} as const satisfies UserConfig` },
  },
  'Vite with .mjs, CRLF and a byte order mark': {
    files: vite(
      `${BOM}export default defineConfig(({ mode }) => ({\r\n    base: mode,\r\n}))\r\n`,
      'vite.config.mjs',
    ),
    contains: { 'vite.config.mjs': `    base: mode,\n    ${SERVER},\n` },
  },
  'Vite of Vitest below a reference': {
    files: vite(
      '/// <reference types="vitest/config" />\nimport { defineConfig } from "vitest/config"\nexport default defineConfig({\n\ttest: {\n\t\tglobals: true\n\t}\n})\n',
    ),
    contains: { [CONFIG]: `\n\t},\n\t${SERVER.replaceAll("'", '"')}\n})` },
  },
  'Vite with keys in quotes': {
    files: vite(`export default { 'server': { "proxy": { '/api': 'http://localhost:1' } } }\n`),
    contains: { [CONFIG]: `"proxy": { ${ENTRY}, '/api'` },
  },
  'Vite with comments in all places': {
    files: vite(
      'export default /* a */ { // b\n  /* c */ server /* d */: /* e */ { // f\n    port: 1, // g\n  }, // h\n} // i\n',
    ),
    contains: { [CONFIG]: `    port: 1, // g\n    proxy: { ${ENTRY} },\n  }, // h\n` },
  },
  'Vite with returns in all places': {
    files: vite(
      "export default async ({ mode }) => {\n  try {\n    switch (mode) {\n      case 'a':\n        return { base: await a() }\n      default:\n        return mode ? { base: 'b' } : {}\n    }\n  } catch {\n    return {}\n  }\n}\n",
    ),
    contains: { [CONFIG]: `return mode ? { base: 'b', ${SERVER} } : {\n` },
  },
  'Vite with a proxy of its own': {
    files: vite("export default { server: { proxy: { '^/v1/traces': 'http://localhost:4318' } } }\n"),
    contains: {
      [CONFIG]: "export default { server: { proxy: { '^/v1/traces': 'http://localhost:4318' } } }\n",
    },
  },
  'Vite with a getter': { files: vite('export default { get server() { return {} } }\n'), left: CONFIG },
  'Vite with a server that is undefined': {
    files: vite('export default { server: undefined }\n'),
    left: CONFIG,
  },
  'Vite with a variable': { files: vite('let config = {}\nexport default config\n'), left: CONFIG },
  'hooks of SvelteKit without semicolons, and with a byte order mark': {
    files: {
      'package.json': manifest('@sveltejs/kit', 'vite'),
      'vite.config.js': 'export default {}\n',
      'src/hooks.client.js': `${BOM}import a from 'a'\r\n;[1].map(a)\r\n`,
    },
    contains: { 'src/hooks.client.js': "serviceName: 'odd' })\n;[1].map(a)\n" },
  },
}

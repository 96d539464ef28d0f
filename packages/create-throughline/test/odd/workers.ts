import type { Files } from '../project-folder.ts'
import { BOM, CRLF, manifest, type OddProject } from './odd-project.ts'

const worker = (main: string, path = 'src/index.ts', more: Files = {}): Files => ({
  'package.json': manifest('hono'),
  'wrangler.toml': `name = "odd"\nmain = "${path}"\ncompatibility_date = "2026-11-01"\n`,
  [path]: main,
  ...more,
})

const HONO = "import { Hono } from 'hono'\n"
const CHAIN = ".post('/v1/traces', otlpRelay()).use(tracing({ serviceName: 'odd' }))"
const OPTIONS = "{ serviceName: 'odd' }"
const MAIN = 'src/index.ts'

/** Workers with Hono and without. */
export const ODD_WORKERS: Readonly<Record<string, OddProject>> = {
  'a chain with CRLF, tabs, semicolons and double quotes': {
    files: CRLF(
      worker(
        'import { Hono } from "hono";\n\nconst app = new Hono<{ Bindings: Env }>()\n\t.get("/", a);\n\nexport default app;\n',
      ),
    ),
    contains: {
      [MAIN]:
        '>()\n\t.post("/v1/traces", otlpRelay())\n\t.use(tracing({ serviceName: "odd" }))\n\t.get("/", a);\n',
    },
  },
  'a chain with a byte order mark and no last line break': {
    files: worker(`${BOM}${HONO}export default new Hono().get('/', a)`),
    contains: { [MAIN]: `export default new Hono()${CHAIN}.get('/', a)` },
  },
  'a chain with comments in all places': {
    files: worker(
      `${HONO}const app = new Hono(/* a */) /* b */ // c\n\n  // d\n  .get('/', a) // e\n  /* f */ .get('/b', b)\nexport default app // g\n`,
    ),
    contains: { [MAIN]: "// c\n  .post('/v1/traces', otlpRelay())\n" },
  },
  'a chain that begins on one line': {
    files: worker(`${HONO}const app = new Hono().use(a)\n  .get('/', b)\nexport default app\n`),
    contains: { [MAIN]: `new Hono()${CHAIN}.use(a)\n  .get('/', b)` },
  },
  'a chain with an app in it': {
    files: worker(`${HONO}export default new Hono().route('/a', new Hono().get('/', a))\n`),
    contains: { [MAIN]: `new Hono()${CHAIN}.route('/a', new Hono().get('/', a))` },
  },
  'a chain with type operators': {
    files: worker(
      `${HONO}const app = (new Hono() as Hono<Env>).get('/', a) satisfies Hono\nexport default app\n`,
    ),
    contains: { [MAIN]: `(new Hono()${CHAIN} as Hono<Env>).get('/', a)` },
  },
  'an app among other variables': {
    files: worker(`${HONO}const a = 1, app = new Hono(), b = 2\nexport default app\n`),
    contains: { [MAIN]: "b = 2\napp.post('/v1/traces', otlpRelay())\napp.use(" },
  },
  'an app with JSX': {
    files: worker(`${HONO}export default new Hono().get('/', (c) => c.html(<p>a</p>))\n`, 'src/index.tsx'),
    contains: { 'src/index.tsx': `new Hono()${CHAIN}.get('/', (c) => c.html(<p>a</p>))` },
  },
  'an app whose code is also in a text': {
    files: worker(
      `${HONO}const text = \`\nexport default new Hono()\n\`\nexport default new Hono().get('/', text)\n`,
    ),
    contains: { [MAIN]: `\`\nexport default new Hono()\n\`\nexport default new Hono()${CHAIN}.get` },
  },
  'a worker in .mjs': {
    files: worker("import { Hono } from 'hono';\nexport default new Hono();\n", 'src/index.mjs'),
    contains: { 'src/index.mjs': `export default new Hono()${CHAIN};\n` },
  },
  'a handler between comments': {
    files: worker('export default /* a */ {\n  fetch() {}, // b\n}; // c\n'),
    contains: {
      [MAIN]: `export default /* a */ withRelay(instrument({\n  fetch() {}, // b\n}, ${OPTIONS})); // c\n`,
    },
  },
  'a handler with `as const satisfies`': {
    files: worker(
      'export default {\n  fetch,\n} as const satisfies ExportedHandler<\n  Env,\n  Message\n>\n',
    ),
    contains: {
      [MAIN]: `withRelay(instrument<\n  Env,\n  Message\n>({\n  fetch,\n} as const, ${OPTIONS}))\n`,
    },
  },
  'a handler with syntax of later versions': {
    files: worker(
      "import html from './a.html' with { type: 'text' }\nenum A { B }\ndeclare global { interface Env {} }\nawait using x = y()\nexport default { fetch }\n",
    ),
    contains: { [MAIN]: `export default withRelay(instrument({ fetch }, ${OPTIONS}))\n` },
  },
  'a handler that is awaited': {
    files: worker('export default await makeWorker()\n'),
    contains: { [MAIN]: `export default withRelay(instrument(await makeWorker(), ${OPTIONS}))\n` },
  },
  'a wrangler.jsonc with comments, CRLF and tabs': {
    files: {
      'package.json': '{}',
      'wrangler.jsonc':
        '{\r\n\t// a\r\n\t"main": "./src/index.js", /* b */\r\n\t"compatibility_date": "2024-01-01", // c\r\n}\r\n',
      'src/index.js': 'export default { fetch }\r\n',
    },
    contains: { 'wrangler.jsonc': '// c\n\t"compatibility_flags": ["nodejs_compat"],\n' },
  },
  'a wrangler.toml with CRLF, a date and flags on lines': {
    files: worker('export default { fetch }\n', MAIN, {
      'wrangler.toml':
        'name = "odd"\r\nmain = \'src/index.ts\'\r\ncompatibility_date = 2024-01-01\r\ncompatibility_flags = [\r\n  "a", # b\r\n]\r\n\r\n[vars] # c\r\nX = "1"\r\n',
    }),
    contains: { 'wrangler.toml': '[vars] # c\nOTEL_EXPORTER_OTLP_ENDPOINT = ' },
  },
  'a worker that is traced without a relay': {
    files: worker(
      `import { tracing } from '@throughline/otel-edge'\n${HONO}export default new Hono().use(tracing())\n`,
    ),
    contains: { [MAIN]: 'export default new Hono().use(tracing())\n' },
  },
  'a worker that is a function': {
    files: worker('export default async (request) => new Response()\n'),
    left: MAIN,
  },
  'a worker with the names of tracing': {
    files: worker('const instrument = { withRelay: 1 }\nexport default { fetch }\n'),
    left: MAIN,
  },
}

import { readdirSync } from 'node:fs'
import type { Project } from '../project/project.ts'

/** Files that do not make a folder a project. */
const IGNORED_FILES = /^(?:\..*|README.*|LICEN[CS]E.*)$/i

/** True for a folder that contains only ignored files. */
export function isEmpty(folder: string): boolean {
  return readdirSync(folder).every((name) => IGNORED_FILES.test(name))
}

/** Plans a small app, to which tracing is added later: pages that Vite builds, and a Hono worker that Vite also serves. */
export function planNewApp(project: Project, name: string): void {
  const files = {
    'package.json': {
      name,
      private: true,
      type: 'module',
      scripts: {
        dev: 'vite',
        build: 'vite build',
        collector: 'throughline-collector',
        deploy: 'vite build && wrangler deploy',
      },
      dependencies: { hono: '^4.13.0' },
      devDependencies: { '@cloudflare/vite-plugin': '^1.60.0', vite: '^8.3.0', wrangler: '^4.156.0' },
    },
    'wrangler.jsonc': { name: `${name}-api`, main: 'worker/index.ts', compatibility_date: '2026-08-04' },
  }
  for (const [path, value] of Object.entries(files))
    project.write(path, `${JSON.stringify(value, undefined, 2)}\n`)
  for (const [path, text] of Object.entries(TEXTS)) if (!project.has(path)) project.write(path, text)
}

const TEXTS: Readonly<Record<string, string>> = {
  '.gitignore': 'node_modules/\ndist/\n.wrangler/\n',
  'index.html': `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Hello</title>
    <link rel="icon" href="data:,">
  </head>
  <body>
    <button type="button">Say hello</button>
    <output></output>
    <script type="module" src="/src/main.ts"></script>
  </body>
</html>
`,
  'src/main.ts': `import { sayHello } from './say-hello.ts'

document.querySelector('button')?.addEventListener('click', async () => {
  const output = document.querySelector('output')
  if (output) output.textContent = await sayHello('edge')
})
`,
  'src/say-hello.ts': `/** Asks the worker for a greeting. */
export async function sayHello(name: string): Promise<string> {
  const response = await fetch(\`/api/hello/\${name}\`)
  return response.text()
}
`,
  'vite.config.ts': `import { cloudflare } from '@cloudflare/vite-plugin'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [cloudflare()],
})
`,
  'worker/index.ts': `import { Hono } from 'hono'

const app = new Hono()
app.get('/api/hello/:name', (c) => c.text(\`Hello, \${c.req.param('name')}!\`))

export default app
`,
}

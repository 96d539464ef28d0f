import type { Project } from '../project/project.ts'

/** The assets of the gateway: the scripts of the browser SDK. */
export const GATEWAY_SCRIPTS = 'public'

/** Plans a worker in front of an existing site: it traces the site's requests and receives the spans of its pages. */
export function planNewGateway(project: Project, name: string): void {
  const manifest = {
    name,
    private: true,
    type: 'module',
    scripts: { dev: 'wrangler dev', deploy: 'wrangler deploy', collector: 'throughline-collector' },
    dependencies: { hono: '^4.13.0' },
    devDependencies: { wrangler: '^4.156.0' },
  }
  const texts: Readonly<Record<string, string>> = {
    'package.json': `${JSON.stringify(manifest, undefined, 2)}\n`,
    '.gitignore': 'node_modules/\n.wrangler/\n.dev.vars\n',
    '.dev.vars.example': 'OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer%20TOKEN"\n',
    [`${GATEWAY_SCRIPTS}/.assetsignore`]: '.*\n',
    'wrangler.toml': wranglerToml(name),
    'src/index.ts': workerCode(name),
    'README.md': readme(name),
  }
  for (const [path, text] of Object.entries(texts)) if (!project.has(path)) project.write(path, text)
}

function wranglerToml(name: string): string {
  return `name = "${name}"
main = "src/index.ts"
compatibility_date = "2026-08-04"
# Without it, a request whose client disconnects before the response has no span.
compatibility_flags = ["enable_request_signal"]
# The site, which has to be on Cloudflare:
# routes = [{ pattern = "www.example.com/*", zone_name = "example.com" }]

# The scripts of the browser SDK. Other paths reach the worker.
[assets]
directory = "${GATEWAY_SCRIPTS}"

[vars]
OTEL_EXPORTER_OTLP_ENDPOINT = "http://localhost:4318"
`
}

function workerCode(name: string): string {
  return `import { injectSnippet, otlpRelay, tracing } from '@throughline/otel-edge'
import { Hono } from 'hono'

const app = new Hono()
// The spans of the pages.
app.on(['POST', 'OPTIONS'], '/v1/traces', otlpRelay({ serviceNames: ['${name}-web'] }))
app.use(tracing({ serviceName: '${name}' }))
// Adds the script tag to each page.
app.use(injectSnippet({ data: { 'service-name': '${name}-web' } }))
// On a route, this reaches the site behind the worker.
app.all('*', (c) => fetch(c.req.raw))

export default app
`
}

function readme(name: string): string {
  return `# ${name}

A worker in front of a site. It traces each request, adds the script of Throughline to each page, and forwards the spans of
the pages to an OTLP collector.

Try it in front of a site on port 3000:

\`\`\`sh
npm run collector
npm run dev -- --local-upstream localhost:3000 --upstream-protocol http
\`\`\`

The traces are at <http://localhost:16686>. To deploy it, set \`routes\` and the address of your collector in
\`wrangler.toml\`, then:

\`\`\`sh
npx wrangler secret put OTEL_EXPORTER_OTLP_HEADERS
npm run deploy
\`\`\`

The secret is \`authorization=Bearer%20…\`. The scripts in \`${GATEWAY_SCRIPTS}\` are copied from
\`@throughline/otel-web\`: copy them again after an update.

## A button for others

With this button, others deploy a copy of this gateway in their own Cloudflare account. It does not work yet. Push this
folder, with the scripts in \`${GATEWAY_SCRIPTS}\`, to a public repository on GitHub or GitLab. Then replace \`YOUR-REPOSITORY\`
in the next line by the address of the repository, such as \`https://github.com/anna/${name}\`:

[![Deploy to Cloudflare](https://deploy.workers.cloudflare.com/button)](https://deploy.workers.cloudflare.com/?url=YOUR-REPOSITORY)

Cloudflare asks for the variables in \`wrangler.toml\` and the secret in \`.dev.vars.example\`. Remove \`routes\` from
\`wrangler.toml\` in that repository: a domain belongs to one account.
`
}

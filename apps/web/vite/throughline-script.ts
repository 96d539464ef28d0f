import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'

const sdkFolder = dirname(fileURLToPath(import.meta.resolve('@throughline/otel-web/package.json')))
const sdkBuildScript = join(sdkFolder, 'build.ts')
const sdkDist = join(sdkFolder, 'dist')

/**
 * Adds the tracing scripts to the root of the site, as a customer would:
 * emitted by `vite build`, served unchanged by `vite dev`. The SDK is built first; if that fails, there is
 * a warning, and the shop works without tracing.
 */
export function throughlineScript(): Plugin {
  return {
    name: 'throughline-script',
    buildStart() {
      const missing = buildSdk()
      if (missing !== undefined) this.warn(missing)
    },
    generateBundle() {
      // The licences of the bundled code require their text beside the scripts.
      for (const fileName of [...sdkScripts(), 'THIRD-PARTY-NOTICES.txt']) {
        if (!existsSync(join(sdkDist, fileName))) continue
        this.emitFile({ type: 'asset', fileName, source: readFileSync(join(sdkDist, fileName)) })
      }
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const fileName = new URL(request.url ?? '/', 'http://localhost').pathname.slice(1)
        if (!sdkScripts().includes(fileName)) return next()
        response.setHeader('content-type', 'text/javascript')
        response.end(readFileSync(join(sdkDist, fileName)))
      })
    },
  }
}

/** Builds packages/otel-web; returns the error if the build fails. */
function buildSdk(): string | undefined {
  if (!existsSync(sdkBuildScript)) {
    return 'packages/otel-web/build.ts is missing: /throughline.js will be absent and the shop untraced'
  }
  execFileSync(process.execPath, [sdkBuildScript], { stdio: 'inherit' })
  return sdkScripts().includes('throughline.js')
    ? undefined
    : 'packages/otel-web/build.ts wrote no dist/throughline.js: the shop will be untraced'
}

function sdkScripts(): string[] {
  return existsSync(sdkDist) ? readdirSync(sdkDist).filter((name) => name.endsWith('.js')) : []
}

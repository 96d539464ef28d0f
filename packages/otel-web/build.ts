import { createHash } from 'node:crypto'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync } from 'node:zlib'
import { type BundleMetafile, thirdPartyNotices } from '@throughline/otel-shared/third-party-notices'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import { minify } from 'rolldown/utils'
import { minify as minifyMore } from 'terser'
import { inlineEnums, standIns } from './build/stand-ins.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))
const dist = join(folder, 'dist')
/** Property names that only the scripts use: no options, no stored data, no names in code compiled by the plugin. */
const INTERNAL_NAMES = `
  actions activeContext addBaggage addLate addTiming adoptConsent ambiguousCount answered applyConsent
  awaitPaint beforeChange beforeFlush begin bodies boundary causeOf clock clockOffset contextFor counts
  dateIn decisionFor describe drain endOf endsItself enter enterLoop errorRecorder expand exporter
  extraAttributes finish finishAll firstRequestMillis flushLeaving follow followPromises followReact followSession
  gesture globals hasBoundaries hooks ids ignores isOn ignoresReads initial isAction isAllRoot isCompressed
  isExported isHidden isInline isRecorded isReferenced isRoot isTarget isTouched lastMillis listen
  listenAfterOpen listeners loader loadExtras loopContext mayDeliver maySend mayStore nodes noteActivity
  noteError offsetMillis offsetOf onActionEnd onClick onExpired onFollowPromises onGone onHidden onInput
  onInvalid onLeave onNotSent onOver onQueued onSend onResult onTiming onUse originals otlp outcome
  owns pageContexts pageLoad pageMillis painted parentSampled patchClass patches patchMethod patience pin
  postClear provider queue recordingState redactor redactUrl rejected rejectedCount rejectionMarks release
  reparent reportedCount reportVitals restart resumedFrom retryAfterMillis retryNow ruleFor runTask
  sampleRoot scope session setKept setStore settings settleSoon showsHidden silentRounds sizeBytes spans
  started startedMillis startMillis switchTo takeDropped takeEnded takeOpen timings touch traceListeners
  tracer restores forget unixMillis unwatch wait whenRestored withoutFollowing wrappedListeners xhrCalls`
/** The extras contain the whole search for rare secrets and replace this one. */
const rareSecretsLater: Plugin = {
  name: 'rare secrets later',
  setup(build) {
    const path = join(folder, '../otel-shared/src/redaction/early-secrets.ts')
    build.onResolve({ filter: /rare-secrets\.ts$/ }, () => ({ path, sideEffects: false }))
  },
}
/** The loader attributes the requests of an app that is starting, so its scripts are not waited for. */
const noLateScripts: Plugin = {
  name: 'no late scripts',
  setup(build) {
    build.onLoad({ filter: /actions\/late-scripts\.ts$/ }, () => ({
      contents: 'export const afterLateScripts = (globals, settled) => globals.setTimeout(settled, 1000)',
    }))
  },
}
/** The script tag can only set a ratio, so its SDK has no names of samplers. An invalid ratio counts as 1. */
const ratioOnly: Plugin = {
  name: 'ratio only',
  setup(build) {
    build.onLoad({ filter: /sampling\/sampler-ratio\.ts$/ }, () => ({
      contents: String.raw`export const samplerRatio = (_, ratio) =>
        /^(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(ratio) && ratio <= 1 ? +ratio : 1`,
    }))
  },
}
let mangleCache: Record<string, string | false> = {}
/** The modules in the scripts, for the third-party notices. */
export const metafiles: BundleMetafile[] = []

/** Without `"use strict"`, which saves a dozen bytes. */
const SLOPPY = { compilerOptions: { alwaysStrict: false } }

/** Writes the scripts to dist/: the loader, the SDK that it loads, and the chunks that the SDK loads later. */
mkdirSync(dist, { recursive: true })
await writeScript('throughline', 'src/loader/loader.ts', {
  format: 'iife',
  tsconfigRaw: SLOPPY,
})
// Built before the SDK, so that its property names get the shortest mangled names.
await writeScript('throughline-react', 'src/script/react-script.ts', { tsconfigRaw: SLOPPY })
// Nearly all functions run at the start. With this comment Chromium compiles them on another thread during the load, which
// saves a third of the time of the main thread: https://v8.dev/blog/explicit-compile-hints
const RUNS_AT_ONCE = '//# allFunctionsCalledOnLoad\n'
await writeScript(
  'throughline-sdk',
  'src/script/script-tag.ts',
  {
    plugins: [standIns(), rareSecretsLater, noLateScripts, ratioOnly],
    // The script is not compiled again, so its async functions return intrinsic promises.
    define: { 'globalThis.__zone_symbol__Promise': 'undefined' },
  },
  RUNS_AT_ONCE,
)
await writeScript(
  'throughline-extras',
  'src/script/extras-script.ts',
  { plugins: [inlineEnums()] },
  RUNS_AT_ONCE,
)
writeFileSync(join(dist, 'THIRD-PARTY-NOTICES.txt'), thirdPartyNotices(metafiles))

async function writeScript(name: string, entry: string, options: BuildOptions, banner = ''): Promise<void> {
  const result = await build({
    entryPoints: [join(folder, entry)],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    platform: 'browser',
    legalComments: 'none',
    // Properties that the scripts share are mangled to the same letters in all of them, and so are the private
    // fields of the stock classes and INTERNAL_NAMES.
    mangleProps: new RegExp(`[a-z]_$|^_[a-z]|^(${INTERNAL_NAMES.match(/\w+/g)?.join('|')})$`),
    mangleCache,
    write: false,
    ...options,
    metafile: true,
  })
  // Pages without a declared encoding are not decoded as UTF-8, so the scripts are ASCII.
  const finish = (script: string) =>
    banner + script.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  metafiles.push(result.metafile)
  mangleCache = result.mangleCache ?? mangleCache
  const [bundle] = result.outputFiles ?? []
  if (!bundle) throw new Error(`${entry} gave no output`)
  // A second minifier saves another 3 % of the SDK.
  const { code: minified, errors } = await minify(`${name}.js`, bundle.text, {
    compress: { target: 'es2022' },
    mangle: true,
    codegen: { removeWhitespace: true },
  })
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'))
  // A third one inlines more and saves 2 % of the SDK. Scripts can grow by it, so the smallest result is used.
  const candidates = [finish(minified)]
  for (const hoist_funs of [false, true]) {
    const { code: inlined } = await minifyMore(minified, {
      ecma: 2022,
      module: options.format === 'esm',
      compress: { passes: 3, sequences: false, hoist_funs },
    })
    if (inlined !== undefined) candidates.push(finish(inlined))
  }
  const code = candidates.reduce((best, each) => (sizeBytes(each) < sizeBytes(best) ? each : best))
  // The file is replaced atomically, for servers that read the folder meanwhile.
  const file = join(dist, `${name}.js`)
  writeFileSync(`${file}.${process.pid}`, code)
  renameSync(`${file}.${process.pid}`, file)
  // For `integrity` and `data-sdk-integrity`, or a hash in the content security policy.
  const hash = createHash('sha384').update(code).digest('base64')
  console.log(`${name}.js ${sizeBytes(code)} bytes brotli, sha384-${hash}`)
}

function sizeBytes(code: string): number {
  return brotliCompressSync(code).length
}

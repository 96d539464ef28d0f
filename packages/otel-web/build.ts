import { createHash } from 'node:crypto'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync } from 'node:zlib'
import { type BuildOptions, build } from 'esbuild'
import { minify } from 'rolldown/utils'
import { standIns } from './build/stand-ins.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))
const dist = join(folder, 'dist')
/** Names that nobody outside of the scripts sees: no options, nothing stored, nothing that compiled code uses. */
const INTERNAL_NAMES = [
  ...['addLate', 'adoptConsent', 'beforeChange', 'beforeFlush', 'causeOf', 'contextFor', 'endsItself'],
  ...['finishAll', 'flushLeaving', 'noteError', 'patience', 'quietly', 'silentRounds', 'takeDropped'],
  ...['takeEnded', 'takeOpen', 'whenNeeded'],
]
let mangleCache: Record<string, string | false> = {}

/** Writes to dist/ what a page embeds: the loader, the SDK that it fetches, and what the SDK fetches later. */
mkdirSync(dist, { recursive: true })
await writeScript('throughline', 'src/loader/loader.ts', {
  // All of it is one block, so that it needs no function around it to keep its names to itself.
  format: 'esm',
  tsconfigRaw: { compilerOptions: { alwaysStrict: false } },
})
// Nearly all of it runs at once. Told so, Chromium compiles it while it loads, on another thread: a third of the time
// that the main thread spends on the two.
const RUNS_AT_ONCE = '//# allFunctionsCalledOnLoad\n'
await writeScript('throughline-sdk', 'src/script-tag.ts', { plugins: [standIns()] }, RUNS_AT_ONCE)
await writeScript('throughline-extras', 'src/extras/script.ts', {}, RUNS_AT_ONCE)

async function writeScript(name: string, entry: string, options: BuildOptions, banner = ''): Promise<void> {
  const result = await build({
    entryPoints: [join(folder, entry)],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    platform: 'browser',
    legalComments: 'none',
    // What the scripts say to each other is shortened to the same letters in all of them, and so are the private
    // fields of the stock classes, and long names of ours.
    mangleProps: new RegExp(`[a-z]_$|^_[a-z]|^(${INTERNAL_NAMES.join('|')})$`),
    mangleCache,
    write: false,
    ...options,
  })
  mangleCache = result.mangleCache ?? mangleCache
  const [bundle] = result.outputFiles ?? []
  if (!bundle) throw new Error(`${entry} gave no output`)
  // A second minifier finds what the first leaves: 3 % of the SDK.
  const { code: minified, errors } = await minify(`${name}.js`, bundle.text, {
    compress: { target: 'es2022' },
    mangle: true,
    codegen: { removeWhitespace: true },
  })
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'))
  const code = banner + minified
  // Whoever serves the folder meanwhile sees the old file or the new one.
  const file = join(dist, `${name}.js`)
  writeFileSync(`${file}.${process.pid}`, code)
  renameSync(`${file}.${process.pid}`, file)
  // For `integrity` and `data-sdk-integrity`, or a hash in the content security policy.
  const hash = createHash('sha384').update(code).digest('base64')
  console.log(`${name}.js ${brotliCompressSync(code).length} bytes brotli, sha384-${hash}`)
}

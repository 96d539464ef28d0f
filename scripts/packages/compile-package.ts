import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT, run } from '../command.ts'

/** The fields of a workspace's package.json that a published package keeps as they are. */
const KEPT_FIELDS = [
  'name',
  'version',
  'description',
  'license',
  'type',
  'engines',
  'sideEffects',
  'dependencies',
  'peerDependencies',
  'peerDependenciesMeta',
] as const

type Entries = Readonly<Record<string, string | Readonly<Record<string, string>>>>

/**
 * Compiles `packages/<name>` into its `dist/package/`: JavaScript modules, declarations and source maps side by side,
 * and the package.json, licence and README of what is published. Returns that folder.
 */
export async function compilePackage(name: string): Promise<string> {
  const folder = join(ROOT, 'packages', name)
  const output = join(folder, 'dist/package')
  await rm(output, { recursive: true, force: true })
  await mkdir(output, { recursive: true })
  await run([
    'tsc',
    ...['-p', join(folder, 'tsconfig.json'), '--noEmit', 'false', '--declaration'],
    ...['--rewriteRelativeImportExtensions', '--sourceMap', '--inlineSources'],
    ...['--rootDir', join(folder, 'src'), '--outDir', output],
  ])
  await writeJavaScriptEndings(output)
  const source = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>
  const entries = publishedEntries(source.exports as Entries)
  await keepReachable(output, Object.values(entries).flatMap(typesOf))
  await writeFile(
    join(output, 'package.json'),
    `${JSON.stringify(
      {
        ...Object.fromEntries(KEPT_FIELDS.flatMap((key) => (key in source ? [[key, source[key]]] : []))),
        exports: entries,
        ...(source.imports ? { imports: publishedEntries(source.imports as Entries) } : {}),
        ...(source.bin ? { bin: mapValues(source.bin as Record<string, string>, compiledPath) } : {}),
      },
      undefined,
      2,
    )}\n`,
  )
  await copyTexts(folder, output)
  return output
}

/** Copies the licence of the repository and the README of the package. */
export async function copyTexts(folder: string, output: string): Promise<void> {
  await cp(join(ROOT, 'LICENSE'), join(output, 'LICENSE'))
  const readme = join(folder, 'README.md')
  if (existsSync(readme)) await cp(readme, join(output, 'README.md'))
}

/**
 * Replaces `.ts` in the imports of declarations by `.js`. The compiler does so in JavaScript alone, and a declaration
 * that imports `.ts` needs `allowImportingTsExtensions` in the app that uses it.
 */
export async function writeJavaScriptEndings(folder: string): Promise<void> {
  for (const path of await readdir(folder, { recursive: true })) {
    if (!path.endsWith('.d.ts')) continue
    const text = await readFile(join(folder, path), 'utf8')
    await writeFile(
      join(folder, path),
      text.replace(/((?:from |import\()['"]\.[^'"]+)\.ts(['"])/g, '$1.js$2'),
    )
  }
}

/** Deletes the declarations in `folder` that none of `entries` imports, directly or by others. */
export async function keepReachable(folder: string, entries: readonly string[]): Promise<void> {
  const kept = new Set(entries.map((entry) => join(folder, entry)))
  for (const path of kept) {
    const text = await readFile(path, 'utf8')
    for (const [, target = ''] of text.matchAll(/(?:from |import\()['"](\.[^'"]+)\.js['"]/g)) {
      kept.add(join(path, '..', `${target}.d.ts`))
    }
  }
  for (const path of await readdir(folder, { recursive: true })) {
    if (path.endsWith('.d.ts') && !kept.has(join(folder, path))) await rm(join(folder, path))
  }
}

/** The entry points as they are published, declarations first. Those outside of `src/` are for the workspace alone. */
function publishedEntries(entries: Entries): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(entries).flatMap(([key, target]): [string, unknown][] => {
      if (typeof target !== 'string') return [[key, mapValues(target, compiledPath)]]
      if (!target.startsWith('./src/')) return key === './package.json' ? [[key, target]] : []
      const path = compiledPath(target)
      return [[key, { types: path.replace(/\.js$/, '.d.ts'), default: path }]]
    }),
  )
}

function typesOf(entry: unknown): string[] {
  return typeof entry === 'object' && entry && 'types' in entry ? [String(entry.types)] : []
}

function compiledPath(source: string): string {
  return source.replace('./src/', './').replace(/\.ts$/, '.js')
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))
}

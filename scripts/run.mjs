// The entry point of `npm start`, `npm test` and other scripts. It needs Node 20 or newer and no installed packages: it
// installs the packages of package-lock.json, then runs scripts/<name>.ts with the Node of that installation. It uses
// built-in modules only.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const stamp = join(root, 'node_modules', '.installed-lock')
const [name, ...args] = process.argv.slice(2)

if (Number.parseInt(process.versions.node, 10) < 20)
  fail(`Node 20 or newer is needed, this is ${process.version}.`)
if (name === undefined) fail('usage: node scripts/run.mjs <script> [arguments]')

const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex')
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) install()

const bin = join(root, 'node_modules', '.bin')
const child = spawn(projectNode(), [join(root, 'scripts', `${name}.ts`), ...args], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: `${bin}:${process.env.PATH ?? ''}` },
})
// Ctrl-C in a terminal reaches the child directly; a `kill` of this process does not.
for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP']))
  process.on(signal, () => child.kill(signal))
process.on('SIGINT', () => {})
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1)
})

/** Installs the packages of the lock file and verifies their hashes. */
function install() {
  console.log('Installing dependencies (once) …')
  const npm = process.env.npm_execpath
  const command = npm === undefined ? ['npm'] : [process.execPath, npm]
  const [program = 'npm', ...first] = command
  const { status } = spawnSync(program, [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) fail('`npm ci` failed; its message is above.')
  writeFileSync(stamp, lock)
}

/** The Node of devDependencies. If its install script was not allowed to run, this Node is used if it is new enough. */
function projectNode() {
  const installed = join(root, 'node_modules', '.bin', 'node')
  if (spawnSync(installed, ['--version']).status === 0) return installed
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 24 || (major === 24 && minor >= 11) || (major === 22 && minor >= 18)) return process.execPath
  return fail(
    `node_modules/.bin/node does not run, and ${process.version} is older than 22.18. Try \`npm rebuild node\`.`,
  )
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  console.error(message)
  process.exit(1)
}

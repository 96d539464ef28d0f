import { parseJson } from '../edit/json.ts'
import { parseToml } from '../edit/toml.ts'
import type { Project } from '../project/project.ts'
import { Refusal } from '../project/refusal.ts'
import type { Manifest } from './manifest.ts'

/** A worker that wrangler deploys. */
export interface Worker {
  /** `Hono on Workers` or `a Worker`. */
  readonly name: string
  /** The path of wrangler's configuration. */
  readonly config: string
  readonly settings: Readonly<Record<string, unknown>>
  /** The path of its entry. */
  readonly entry: string
}

/** Folders that tools write a worker to. */
const GENERATED = /^(?:\.|dist\/|build\/|node_modules\/)/

/** The worker of a project, if its entry is a source file of the project. */
export function findWorker(project: Project, { dependencies }: Manifest): Worker | undefined {
  const config = project.find('wrangler.json', 'wrangler.jsonc', 'wrangler.toml')
  if (config === undefined) return undefined
  const text = project.read(config) ?? ''
  const settings = config.endsWith('.toml') ? parseToml(text) : parseJson(text)
  if (!settings) throw new Refusal(`${config} has a syntax error. Fix it and run this again.`)
  if (typeof settings.main !== 'string') return undefined
  const entry = settings.main.replace(/^\.\//, '')
  if (GENERATED.test(entry) || !/\.[cm]?[jt]sx?$/.test(entry) || !project.has(entry)) return undefined
  return { name: 'hono' in dependencies ? 'Hono on Workers' : 'a Worker', config, settings, entry }
}

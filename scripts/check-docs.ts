import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, matchesGlob } from 'node:path'
import { findDeadLinks, findDeadPageNames, type Repository } from './checks/links.ts'
import { ROOT } from './command.ts'
import { formatOptionsPage, isSamePage, OPTIONS_PAGE } from './options/options-page.ts'
import { report, type StepResult } from './report.ts'

/**
 * Links, headings and file names in Markdown pages, the pages that source files name, and the page of the options. Needs no
 * network.
 */
export function checkDocs(): StepResult {
  const files = globSync('{*,{.github,apps,bench,deploy,docs,e2e,packages,scripts}/**/*}', {
    cwd: ROOT,
    exclude: (path) => /(?:^|\/)(?:node_modules|dist|\.wrangler|vendor)$/.test(path),
  }).map((path) => path.replaceAll('\\', '/'))
  const repository: Repository = {
    exists: (path) => existsSync(join(ROOT, path)),
    matches: (pattern) => files.some((file) => matchesGlob(file, pattern)),
    hasFileNamed: (path) => files.some((file) => `/${file}`.endsWith(`/${path}`)),
    read: (path) => readFileSync(join(ROOT, path), 'utf8'),
  }
  const pages = files.filter((file) => file.endsWith('.md'))
  const sources = files.filter((file) => /\.(?:tsx?|mjs)$/.test(file) && !file.startsWith('scripts/checks/'))
  const failures = [
    ...pages.flatMap((page) => findDeadLinks(page, repository)),
    ...sources.flatMap((file) => findDeadPageNames(file, repository)),
    ...(isSamePage(repository.read(OPTIONS_PAGE), formatOptionsPage())
      ? []
      : [`${OPTIONS_PAGE} is out of date: npm run options-page`]),
  ]
  return {
    name: 'docs',
    passed: pages.length,
    failed: failures.length,
    skipped: 0,
    failures: failures.map((name) => ({ name })),
  }
}

if (import.meta.main) report([checkDocs()])

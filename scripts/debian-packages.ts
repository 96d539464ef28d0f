import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { type CommandOptions, run } from './command.ts'

/**
 * Installs packages of Debian, which needs root, without starting the servers in them.
 *
 * Throws an `Error` with the output of `apt-get` when it fails.
 */
export async function installDebianPackages(
  names: readonly string[],
  options: Pick<CommandOptions, 'signal'> = {},
): Promise<void> {
  const removePolicy = forbidServiceStart()
  try {
    const apt = { ...options, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
    await run(['apt-get', 'update', '-qq'], apt)
    await run(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...names], apt)
  } finally {
    removePolicy()
  }
}

/** Debian's packages start their servers when they are installed, unless this program forbids it. */
function forbidServiceStart(): () => void {
  const policy = '/usr/sbin/policy-rc.d'
  if (existsSync(policy)) return () => {}
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  return () => rmSync(policy)
}

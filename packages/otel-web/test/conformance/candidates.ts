/** A context manager, and how the code that runs under it is compiled. */
export interface Candidate {
  readonly name: string
  readonly scripts: readonly string[]
  readonly manager: string
}

/** The context managers of this package, with and without the build step, and those of OpenTelemetry. */
export const CANDIDATES = {
  ours: candidate('AsyncContextManager', '/managers.js', '/native.js', 'AsyncContextManager'),
  compiled: candidate(
    'AsyncContextManager with the plugin',
    '/managers.js',
    '/compiled.js',
    'AsyncContextManager',
  ),
  allCompiled: candidate(
    'AsyncContextManager with the plugin, all compiled',
    '/managers.js',
    '/all-compiled.js',
    'AsyncContextManager',
  ),
  stack: candidate('StackContextManager', '/managers.js', '/native.js', 'StackContextManager'),
  zone: candidate('ZoneContextManager', '/zone.js', '/native.js', 'ZoneContextManager'),
  zoneDownLevelled: candidate(
    'ZoneContextManager, down-levelled',
    '/zone.js',
    '/down-levelled.js',
    'ZoneContextManager',
  ),
} as const satisfies Record<string, Candidate>

function candidate(name: string, managers: string, patterns: string, manager: string): Candidate {
  return { name, scripts: [managers, patterns], manager }
}

/** An expression for the corpus page: loads a candidate's scripts, runs all patterns, gives the result as JSON. */
export function runExpression({ scripts, manager }: Candidate, isTraced = false): string {
  return `(${LOAD})(${JSON.stringify(scripts)}).then(() => runCorpus(new ${manager}(), ${isTraced})).then(JSON.stringify)`
}

/** The same for the patterns one by one. */
export function aloneExpression({ scripts, manager }: Candidate, isTraced = false): string {
  return `(${LOAD})(${JSON.stringify(scripts)}).then(() => runAlone(() => new ${manager}(), ${isTraced})).then(JSON.stringify)`
}

/** The same for the costs of awaits: in a page without a manager, with one, and in a context. */
export function costExpression(script: string, mode: 'native' | 'idle' | 'context'): string {
  const manager = mode === 'native' ? 'undefined' : `new AsyncContextManager(), ${mode === 'context'}`
  return `(${LOAD})(['/managers.js', '${script}']).then(() => measureCosts(${manager})).then(JSON.stringify)`
}

const LOAD = `async (scripts) => {
  window.nativeTimers = Object.fromEntries(
    ['setTimeout', 'setInterval', 'clearInterval'].map((name) => [name, window[name].bind(window)]),
  )
  for (const src of scripts) {
    const script = Object.assign(document.createElement('script'), { src, type: 'module' })
    await new Promise((resolve, reject) => {
      script.onload = resolve
      script.onerror = reject
      document.head.append(script)
    })
  }
}`

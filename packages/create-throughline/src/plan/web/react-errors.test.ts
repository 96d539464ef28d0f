import { applyEdits } from 'jsonc-parser'
import { describe, expect, test } from 'vitest'
import { parseModule } from '../../edit/module.ts'
import { reportReactErrors } from './react-errors.ts'

function report(text: string, path = 'src/main.jsx'): string | undefined {
  const module = parseModule(path, text)
  const edits = module && reportReactErrors(module)
  const edited = edits && applyEdits(text, [...edits])
  if (edited !== undefined) expect(parseModule(path, edited), edited).toBeDefined()
  return edited
}

const IMPORT = "import { createRoot } from 'react-dom/client'\n"
const REPORT = `// React catches what a render throws and reports it here.
const report = (error, { componentStack }) =>
  tracing.recordError(error, { 'react.component_stack': componentStack ?? '' })

`
const OPTIONS = '{ onCaughtError: report, onUncaughtError: report }'

describe('the errors of a root are reported', () => {
  test.each([
    [
      'one statement',
      `${IMPORT}\ncreateRoot(a).render(b)\n`,
      `${IMPORT}\n${REPORT}createRoot(a, ${OPTIONS}).render(b)\n`,
    ],
    [
      'a constant',
      `${IMPORT}const root = createRoot(a)\nroot.render(b)\n`,
      `${IMPORT}${REPORT}const root = createRoot(a, ${OPTIONS})\nroot.render(b)\n`,
    ],
    [
      'a container above',
      `${IMPORT}const a = b()\n\ncreateRoot(a).render(c)\n`,
      `${IMPORT}${REPORT}const a = b()\n\ncreateRoot(a, ${OPTIONS}).render(c)\n`,
    ],
    [
      'an exported container',
      `${IMPORT}export const a = b()\ncreateRoot(a).render(c)\n`,
      `${IMPORT}${REPORT}export const a = b()\ncreateRoot(a, ${OPTIONS}).render(c)\n`,
    ],
    [
      'a trailing comma',
      `${IMPORT}createRoot(\n  a,\n).render(b)\n`,
      `${IMPORT}${REPORT}createRoot(\n  a, ${OPTIONS},\n).render(b)\n`,
    ],
    [
      'a comment behind the container',
      `${IMPORT}createRoot(a /* b */).render(c)\n`,
      `${IMPORT}${REPORT}createRoot(a, ${OPTIONS} /* b */).render(c)\n`,
    ],
    [
      'a function',
      `${IMPORT}function start() {\n  createRoot(a).render(b)\n}\nstart()\n`,
      `${IMPORT}${REPORT}function start() {\n  createRoot(a, ${OPTIONS}).render(b)\n}\nstart()\n`,
    ],
    [
      'a promise',
      `${IMPORT}mock().then(() => {\n  createRoot(a).render(b)\n})\n`,
      `${IMPORT}${REPORT}mock().then(() => {\n  createRoot(a, ${OPTIONS}).render(b)\n})\n`,
    ],
    [
      'a condition',
      `${IMPORT}if (a) createRoot(a).render(b)\n`,
      `${IMPORT}${REPORT}if (a) createRoot(a, ${OPTIONS}).render(b)\n`,
    ],
    [
      'a function that is called in place',
      `${IMPORT};(async () => {\n  createRoot(a).render(b)\n})()\n`,
      `${IMPORT}${REPORT};(async () => {\n  createRoot(a, ${OPTIONS}).render(b)\n})()\n`,
    ],
    [
      'a function that is called in place, below a semicolon',
      "import a from 'a'\nimport { createRoot } from 'react-dom/client';\n(() => {\n  createRoot(a).render(b)\n})()\n",
      `import a from 'a'\nimport { createRoot } from 'react-dom/client';\n${REPORT.replace("'' })", "'' });")}(() => {\n  createRoot(a, ${OPTIONS}).render(b)\n})()\n`,
    ],
    [
      'documentation',
      `${IMPORT}/** The root. */\nconst root = createRoot(a)\n`,
      `${IMPORT}${REPORT}/** The root. */\nconst root = createRoot(a, ${OPTIONS})\n`,
    ],
    [
      'a namespace',
      "import * as c from 'react-dom/client'\nc.createRoot(a).render(b)\n",
      `import * as c from 'react-dom/client'\n${REPORT}c.createRoot(a, ${OPTIONS}).render(b)\n`,
    ],
    [
      'CommonJS',
      "const { createRoot } = require('react-dom/client')\ncreateRoot(a).render(b)\n",
      `const { createRoot } = require('react-dom/client')\n${REPORT}createRoot(a, ${OPTIONS}).render(b)\n`,
    ],
    [
      'JSX',
      `${IMPORT}createRoot(a).render(<b />)\n`,
      `${IMPORT}${REPORT}createRoot(a, ${OPTIONS}).render(<b />)\n`,
    ],
  ])('with %s', (_, before, after) => {
    expect(report(before)).toBe(after)
    expect(report(`import { tracing } from './tracing.js'\n${after}`)).toBeUndefined()
  })

  const TYPED = REPORT.replace(
    '(error, { componentStack })',
    '(error: unknown, { componentStack }: ErrorInfo)',
  )

  test.each([
    [
      'beside other names',
      "import { StrictMode } from 'react'\n",
      "import { type ErrorInfo, StrictMode } from 'react'\n",
    ],
    [
      'beside a default import',
      "import React, { StrictMode } from 'react'\n",
      "import React, { type ErrorInfo, StrictMode } from 'react'\n",
    ],
    [
      'of an import of its own beside a default import',
      "import React from 'react'\n",
      "import type { ErrorInfo } from 'react'\nimport React from 'react'\n",
    ],
    [
      'of an import of its own beside a namespace',
      "import * as React from 'react'\n",
      "import type { ErrorInfo } from 'react'\nimport * as React from 'react'\n",
    ],
    [
      'of an import of its own beside types',
      "import type { FC } from 'react'\n",
      "import type { ErrorInfo } from 'react'\nimport type { FC } from 'react'\n",
    ],
    [
      'that the module has',
      "import { type ErrorInfo } from 'react'\n",
      "import { type ErrorInfo } from 'react'\n",
    ],
  ])('in TypeScript with the type %s', (_, before, after) => {
    const root = `${IMPORT}createRoot(a!)`
    const traced = `${IMPORT}${TYPED}createRoot(a!, ${OPTIONS})`
    expect(report(before + root, 'src/main.tsx')).toBe(after + traced)
  })
})

test.each([
  ['options', `${IMPORT}createRoot(a, {}).render(b)\n`],
  ['two roots', `${IMPORT}createRoot(a)\ncreateRoot(b)\n`],
  ['no root', "import { hydrateRoot } from 'react-dom/client'\nhydrateRoot(a, b)\n"],
  ['no container', `${IMPORT}createRoot()\n`],
  ['a spread container', `${IMPORT}createRoot(...a)\n`],
  ['the name of the new constant', `${IMPORT}const report = 1\ncreateRoot(a)\n`],
  ['the name of tracing', `${IMPORT}const tracing = 1\ncreateRoot(a)\n`],
  ['the render of React 17', "import ReactDOM from 'react-dom'\nReactDOM.render(a, b)\n"],
  ['a computed name', "ReactDOM['createRoot'](a)\n"],
])('a module with %s is left', (_, text) => {
  expect(report(text)).toBeUndefined()
})

import { expect, test } from 'vitest'
import { addScript } from './astro.ts'

const LINE = "import '../tracing.ts'"

test.each([
  [
    'after the title',
    '---\nconst { title } = Astro.props\n---\n<html>\n\t<head>\n\t\t<title>{title}</title>\n\t</head>\n</html>\n',
    `---\nconst { title } = Astro.props\n---\n<html>\n\t<head>\n\t\t<title>{title}</title>\n\t\t<script>\n\t\t\t${LINE}\n\t\t</script>\n\t</head>\n</html>\n`,
  ],
  [
    'first in a head without a title',
    '<html>\n  <head>\n    <slot name="head" />\n  </head>\n</html>\n',
    `<html>\n  <head>\n    <script>\n      ${LINE}\n    </script>\n    <slot name="head" />\n  </head>\n</html>\n`,
  ],
  [
    'to the first script',
    "<head>\n  <title>a</title>\n  <script>\n    import 'b'\n  </script>\n</head>\n",
    `<head>\n  <title>a</title>\n  <script>\n    ${LINE}\n    import 'b'\n  </script>\n</head>\n`,
  ],
  [
    'before a script that is not bundled',
    '<head>\n  <title>a</title>\n  <script is:inline>b()</script>\n</head>\n',
    `<head>\n  <title>a</title>\n  <script>\n    ${LINE}\n  </script>\n  <script is:inline>b()</script>\n</head>\n`,
  ],
  [
    'before an expression in braces',
    '<head>\n  {noIndex && <meta name="robots" content="noindex">}\n  <title>a</title>\n</head>\n<body><script>b()</script></body>\n',
    `<head>\n  {noIndex && <meta name="robots" content="noindex">}\n  <title>a</title>\n  <script>\n    ${LINE}\n  </script>\n</head>\n<body><script>b()</script></body>\n`,
  ],
])('the import is added %s', (_, before, after) => {
  expect(addScript(before, LINE)).toBe(after)
  expect(addScript(after, LINE)).toBe(after)
})

test('a component without a head gets no script', () => {
  expect(addScript('---\nconst html = "<head>"\n---\n<p>a</p>\n', LINE)).toBeUndefined()
})

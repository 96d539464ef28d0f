/** Packages whose projects need other changes, with the name of the tool and the page that describes them. */
const UNSUPPORTED: Readonly<Record<string, readonly [name: string, page: string]>> = {
  // Without angular.json, which has the entry and the development server of each app.
  '@angular/core': ['Angular without the Angular CLI', 'docs/frameworks/angular.md'],
  '@react-router/dev': ['React Router as a framework', 'docs/embed.md#nextjs-and-other-server-rendering'],
  '@remix-run/dev': ['Remix', 'docs/embed.md#nextjs-and-other-server-rendering'],
  '@solidjs/start': ['SolidStart', 'docs/embed.md#nextjs-and-other-server-rendering'],
  '@tanstack/react-start': ['TanStack Start', 'docs/embed.md#nextjs-and-other-server-rendering'],
  '@builder.io/qwik': ['Qwik', 'docs/embed.md#nextjs-and-other-server-rendering'],
  '@qwik.dev/core': ['Qwik', 'docs/embed.md#nextjs-and-other-server-rendering'],
  gatsby: ['Gatsby', 'docs/embed.md#script-tag'],
  vitepress: ['VitePress', 'docs/embed.md#script-tag'],
  '@11ty/eleventy': ['Eleventy', 'docs/embed.md#script-tag'],
  'react-scripts': ['Create React App', 'docs/embed.md#react'],
  '@vue/cli-service': ['Vue CLI', 'docs/embed.md#vue'],
  preact: ['Preact', 'docs/embed.md#preact'],
}

/** Bundlers that a project with Vite may have for another tool. */
const BUNDLERS: typeof UNSUPPORTED = {
  parcel: ['Parcel', 'docs/embed.md#npm-vite'],
  webpack: ['webpack', 'docs/embed.md#npm-vite'],
  '@rspack/core': ['Rspack', 'docs/embed.md#npm-vite'],
  '@rsbuild/core': ['Rsbuild', 'docs/embed.md#npm-vite'],
}

/** The packages of tools whose projects are not changed. */
export const UNSUPPORTED_TOOLS: readonly string[] = Object.keys({ ...UNSUPPORTED, ...BUNDLERS })

/** What to do in a project of an unsupported tool, in one sentence, or `undefined` if none of them is a dependency. */
export function describeUnsupported(dependencies: Readonly<Record<string, string>>): string | undefined {
  const tools = 'vite' in dependencies ? UNSUPPORTED : { ...UNSUPPORTED, ...BUNDLERS }
  const found = Object.entries(tools).find(([dependency]) => dependency in dependencies)
  if (!found) return undefined
  const [, [name, page]] = found
  return `This is a project of ${name}, which create-throughline does not change. Add tracing by hand: ${page} in Throughline's repository.`
}

import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'

/** The pages, by the framework they are of. */
export const FRAMEWORKS = {
  'Vue 3': 'vue',
  'Svelte 5': 'svelte5',
  'Svelte 4': 'svelte4',
  'Angular, zoneless': 'angular',
  'Angular, with zone.js': 'angular-zone',
  Preact: 'preact',
  'Preact 11, followed': 'preact-followed',
  'Preact 10, followed': 'preact-followed10',
  Solid: 'solid',
  MobX: 'mobx',
  'Redux Toolkit': 'redux',
  RxJS: 'rxjs',
} as const

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))

const CHILD = `<script>
  import { onMount } from 'svelte'
  export let owner
  export let look
  onMount(() => look('mounted', owner))
</script>
<b>{owner}</b>`

/** Components of which each has a state of its own, in the syntax that both versions have. */
const PARENT = `<script>
  import { afterUpdate } from 'svelte'
  import Child from './Child.svelte'
  export let look
  export let given
  let owner
  given((value) => (owner = value))
  $: look('reactive statement', owner)
  afterUpdate(() => look('updated', owner))
</script>
{#if owner}<Child {owner} {look} />{/if}`

/** The same with runes. */
const RUNES = `<script>
  import Child from './Child.svelte'
  let { look, given } = $props()
  let owner = $state()
  given((value) => (owner = value))
  $effect.pre(() => look('reactive statement', owner))
  $effect(() => look('updated', owner))
</script>
{#if owner}<Child {owner} {look} />{/if}`

const APP = `<script>
  import Parent from './Parent.svelte'
  import Runes from './Runes.svelte'
  export let look
  export let setters
  export let isRunes
</script>
{#each [0, 1] as nth}
  <svelte:component this={isRunes ? Runes : Parent} {look} given={(set) => (setters[nth] = set)} />
{/each}`

const mounting = (version: 4 | 5) => `
  import { tick${version === 5 ? ', mount' : ''} } from 'svelte'
  import App from './App.svelte'
  export { tick }
  export const places = ['reactive statement', 'updated', 'mounted']
  export function mountApp(target, look) {
    const all = []
    for (const isRunes of ${version === 5 ? '[true, false]' : '[false]'}) {
      const setters = []
      const props = { look, setters, isRunes }
      ${version === 5 ? 'mount(App, { target, props })' : 'new App({ target, props })'}
      all.push(setters)
    }
    return (nth, owner) => all.forEach((setters) => setters[nth](owner))
  }`

function svelte(version: 4 | 5): Plugin {
  const name = version === 5 ? 'svelte' : 'svelte4'
  return {
    name: 'svelte',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^svelte-components$|\.svelte$/ }, ({ path }) => ({ path, namespace: 'svelte' }))
      onLoad({ filter: /.*/, namespace: 'svelte' }, async ({ path: file }) => {
        const { compile } = await import(`${name}/compiler`)
        const sources: Record<string, string> = {
          './App.svelte': APP,
          './Parent.svelte': PARENT,
          './Runes.svelte': version === 5 ? RUNES : PARENT,
          './Child.svelte': CHILD,
        }
        const source = sources[file]
        const contents =
          source === undefined
            ? mounting(version)
            : compile(source, { filename: file, generate: version === 5 ? 'client' : 'dom' }).js.code
        return { contents, resolveDir: path('.') }
      })
    },
  }
}

/** Earlier versions, by the page that uses them. */
const ALIASES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  svelte4: { svelte: 'svelte4' },
  'preact-followed10': { preact: 'preact10' },
}

/** A page's script, for production. */
export async function buildFramework(name: (typeof FRAMEWORKS)[keyof typeof FRAMEWORKS]): Promise<string> {
  const version = name === 'svelte4' ? 4 : 5
  const { outputFiles } = await build({
    entryPoints: [path(`${name.replace(/\d+|-zone/, '')}.ts`)],
    // Before all else, as its documentation has it.
    inject: name === 'angular-zone' ? [fileURLToPath(import.meta.resolve('zone.js'))] : [],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
    conditions: ['browser', 'production'],
    alias: ALIASES[name] ?? {},
    plugins: [svelte(version)],
    logLevel: 'error',
  })
  return outputFiles[0]?.text ?? ''
}

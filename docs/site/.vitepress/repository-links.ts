import { linkTo } from './pages.ts'

/** What this rule needs of markdown-it's tokens: https://markdown-it.github.io/markdown-it/#Token */
interface Token {
  type: string
  tag: string
  children: Token[] | null
  attrGet(name: string): string | null
  attrSet(name: string, value: string): void
}

interface MarkdownIt {
  readonly core: {
    readonly ruler: {
      push(
        name: string,
        rule: (state: { readonly tokens: Token[]; readonly env: { relativePath?: string } }) => void,
      ): void
    }
  }
}

/**
 * Links between Markdown files become links between pages. A link to another file of the repository becomes plain text, since
 * the site has no such page.
 *
 * @param sourceOf the file of a page's address
 */
export function linkPages(markdown: MarkdownIt, sourceOf: (address: string) => string): void {
  markdown.core.ruler.push('repository links', ({ tokens, env }) => {
    const from = sourceOf(env.relativePath ?? '')
    for (const { children } of tokens) if (children) linkTokens(children, from)
  })
}

function linkTokens(tokens: Token[], from: string): void {
  let isText = false
  for (const token of tokens) {
    const target = token.attrGet('href') ?? ''
    if (token.type === 'link_open' && !/^(?:[a-z]+:|#)/.test(target)) {
      const link = linkTo(from, target)
      isText = link === undefined
      if (link !== undefined) token.attrSet('href', link)
    }
    if (isText && token.type.startsWith('link_')) {
      if (token.type === 'link_close') isText = false
      token.type = token.type === 'link_open' ? 'em_open' : 'em_close'
      token.tag = 'span'
    }
  }
}

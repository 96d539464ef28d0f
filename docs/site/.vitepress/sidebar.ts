import { linkTo } from './pages.ts'

export interface SidebarItem {
  readonly text: string
  readonly link: string
}

export interface SidebarGroup {
  readonly text: string
  readonly items: SidebarItem[]
}

/**
 * Reads the sidebar from the index of the documentation: each paragraph in bold is the name of a group, each link below it is
 * a page of that group.
 */
export function readSidebar(index: string): SidebarGroup[] {
  const [, ...sections] = index.split(/^\*\*(.+)\*\*$/m)
  const groups: SidebarGroup[] = []
  for (let at = 0; at < sections.length; at += 2) {
    const links = [...(sections[at + 1] ?? '').matchAll(/\[([^\]]+)\]\(([^)]+)\)/g)]
    const items = links.map(([, text = '', target = '']) => ({
      text: text.charAt(0).toUpperCase() + text.slice(1),
      link: linkTo('docs/README.md', target) ?? target,
    }))
    groups.push({ text: sections[at] ?? '', items })
  }
  return groups
}

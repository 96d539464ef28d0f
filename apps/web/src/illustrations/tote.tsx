import type { JSX } from 'preact'

export function Tote(): JSX.Element {
  return (
    <>
      <ellipse cx="100" cy="172" rx="58" ry="7" fill="#000" opacity=".12" />
      <path d="M72 84V62a28 28 0 0 1 56 0v22" fill="none" stroke="#8a6b42" stroke-width="8" />
      <path d="M48 78h104l8 82a9 9 0 0 1-9 10H49a9 9 0 0 1-9-10Z" fill="#ead9b5" />
      <path d="M48 78h22l-6 92H49a9 9 0 0 1-9-10Z" fill="#d9c495" />
      <path d="M72 78v18M128 78v18" stroke="#8a6b42" stroke-width="8" stroke-linecap="round" />
      <circle cx="104" cy="130" r="15" fill="#e3a03a" />
      <path
        d="M74 146q15-12 30 0t30 0"
        fill="none"
        stroke="#3c7490"
        stroke-width="7"
        stroke-linecap="round"
      />
    </>
  )
}

import type { JSX } from 'preact'

export function Flask(): JSX.Element {
  return (
    <>
      <ellipse cx="100" cy="176" rx="40" ry="6" fill="#000" opacity=".14" />
      <rect x="78" y="22" width="44" height="40" rx="9" fill="#d7b98a" />
      <path d="M78 44h44v10H78Z" fill="#b8955f" />
      <path
        d="M74 60h52c10 10 12 16 12 28v72a14 14 0 0 1-14 14H76a14 14 0 0 1-14-14V88c0-12 2-18 12-28Z"
        fill="#2f6b58"
      />
      <path d="M74 60h14c-8 10-10 16-10 28v86h-2a14 14 0 0 1-14-14V88c0-12 2-18 12-28Z" fill="#468a73" />
      <path d="M62 104h76v40H62Z" fill="#f0e4c8" />
      <path d="m72 136 18-24 12 15 8-9 16 18Z" fill="#2f6b58" />
      <circle cx="120" cy="114" r="5" fill="#e3a03a" />
    </>
  )
}

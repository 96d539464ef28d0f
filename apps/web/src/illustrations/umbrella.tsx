import type { JSX } from 'preact'

export function Umbrella(): JSX.Element {
  return (
    <>
      <path
        d="M52 40v12M148 34v12M30 74v12M170 70v12M76 18v10M124 16v10"
        stroke="#5b87a6"
        stroke-width="4"
        stroke-linecap="round"
        opacity=".55"
      />
      <ellipse cx="104" cy="176" rx="38" ry="6" fill="#000" opacity=".12" />
      <path
        d="M100 96v58a11 11 0 0 0 22 0"
        fill="none"
        stroke="#7a4a2b"
        stroke-width="7"
        stroke-linecap="round"
      />
      <path d="M100 46V34" stroke="#7a4a2b" stroke-width="6" stroke-linecap="round" />
      <path d="M32 112a68 68 0 0 1 136 0q-17-15-34 0-17-15-34 0-17-15-34 0-17-15-34 0Z" fill="#f2b749" />
      <path d="M100 44C60 44 32 76 32 112q17-15 34 0c0-28 12-54 34-68Z" fill="#e39a2d" />
      <path d="M100 44c22 14 34 40 34 68q17-15 34 0c0-36-28-68-68-68Z" fill="#d9862a" />
    </>
  )
}

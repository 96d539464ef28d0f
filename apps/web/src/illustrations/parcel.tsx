import type { JSX } from 'preact'

export function Parcel(): JSX.Element {
  return (
    <>
      <ellipse cx="100" cy="166" rx="62" ry="7" fill="#000" opacity=".12" />
      <path d="M42 74h116v82a8 8 0 0 1-8 8H50a8 8 0 0 1-8-8Z" fill="#cfa268" />
      <path d="M42 74h30v90H50a8 8 0 0 1-8-8Z" fill="#bd8e54" />
      <path d="m52 48h96l10 26H42Z" fill="#e0b981" />
      <path d="M88 48h24l3 26v26l-15-8-15 8V74Z" fill="#fbf3e3" />
    </>
  )
}

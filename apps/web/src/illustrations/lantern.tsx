import type { JSX } from 'preact'

export function Lantern(): JSX.Element {
  return (
    <>
      <circle cx="100" cy="112" r="70" fill="#ffe08a" opacity=".3" />
      <ellipse cx="100" cy="174" rx="46" ry="6" fill="#000" opacity=".14" />
      <path d="M74 62C74 30 126 30 126 62" fill="none" stroke="#33403a" stroke-width="6" />
      <path d="M78 62h44l10 16H68Z" fill="#41524a" />
      <rect x="70" y="78" width="60" height="76" rx="10" fill="#fff3c9" />
      <path d="M100 98c14 16 16 24 10 33a12 12 0 0 1-20 0c-6-9-4-17 10-33Z" fill="#f2a53a" />
      <path d="M100 116c6 8 7 12 4 16a5 5 0 0 1-8 0c-3-4-2-8 4-16Z" fill="#fff3c9" />
      <path d="M70 78v76M130 78v76" stroke="#41524a" stroke-width="7" />
      <rect x="94" y="138" width="12" height="16" rx="2" fill="#e8d6a4" />
      <rect x="62" y="152" width="76" height="18" rx="7" fill="#33403a" />
    </>
  )
}

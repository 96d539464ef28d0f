import type { JSX } from 'preact'

export function Blanket(): JSX.Element {
  return (
    <>
      <ellipse cx="100" cy="166" rx="66" ry="7" fill="#000" opacity=".12" />
      <rect x="36" y="128" width="128" height="36" rx="16" fill="#a4472f" />
      <path d="M60 128v36M84 128v36M116 128v36M140 128v36" stroke="#f3d9b8" stroke-width="5" opacity=".7" />
      <rect x="40" y="96" width="120" height="36" rx="16" fill="#c8643f" />
      <path d="M40 114h120" stroke="#f3d9b8" stroke-width="6" />
      <rect x="46" y="64" width="108" height="36" rx="16" fill="#e08a5b" />
      <path d="M70 64v36M100 64v36M130 64v36" stroke="#a4472f" stroke-width="5" opacity=".55" />
      <path d="M46 82h108" stroke="#a4472f" stroke-width="5" opacity=".55" />
      <path
        d="M150 100v10M140 100v10M130 100v10M120 100v10"
        stroke="#f3d9b8"
        stroke-width="4"
        stroke-linecap="round"
      />
    </>
  )
}

import type { JSX } from 'preact'

export function Mug(): JSX.Element {
  return (
    <>
      <path
        d="M78 58c-6-10 8-14 2-26M104 58c-6-10 8-14 2-26"
        fill="none"
        stroke="#fff"
        stroke-width="6"
        stroke-linecap="round"
        opacity=".75"
      />
      <ellipse cx="98" cy="166" rx="56" ry="7" fill="#000" opacity=".12" />
      <path
        d="M136 90h12a22 22 0 0 1 0 44h-14"
        fill="none"
        stroke="#2e5d73"
        stroke-width="11"
        stroke-linecap="round"
      />
      <path d="M48 72h92v66a26 26 0 0 1-26 26H74a26 26 0 0 1-26-26Z" fill="#3c7490" />
      <path d="M48 72h26v66a26 26 0 0 0 14 26H74a26 26 0 0 1-26-26Z" fill="#5590ab" />
      <rect x="43" y="66" width="102" height="12" rx="6" fill="#24485a" />
      <g fill="#fff" opacity=".85">
        <circle cx="98" cy="104" r="3" />
        <circle cx="118" cy="94" r="2.4" />
        <circle cx="120" cy="126" r="3" />
        <circle cx="88" cy="136" r="2.4" />
        <circle cx="106" cy="148" r="2.4" />
        <circle cx="68" cy="112" r="2.4" />
      </g>
    </>
  )
}

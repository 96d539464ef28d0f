import type { JSX } from 'preact'

export function Jacket(): JSX.Element {
  return (
    <>
      <ellipse cx="100" cy="178" rx="58" ry="6" fill="#000" opacity=".12" />
      <path d="M66 56 40 74c-6 5-9 10-10 18l-8 62a6 6 0 0 0 6 7h18l12-60Z" fill="#e0a52c" />
      <path d="m134 56 26 18c6 5 9 10 10 18l8 62a6 6 0 0 1-6 7h-18l-12-60Z" fill="#d1931f" />
      <path d="M64 54h72c8 30 10 74 8 118a5 5 0 0 1-5 5H61a5 5 0 0 1-5-5c-2-44 0-88 8-118Z" fill="#f2bd45" />
      <path d="M64 54c4-24 18-34 36-34s32 10 36 34c-8 14-22 20-36 20s-28-6-36-20Z" fill="#e0a52c" />
      <path d="M78 54c3-14 11-20 22-20s19 6 22 20c-5 8-13 11-22 11s-17-3-22-11Z" fill="#7a5312" />
      <path d="M100 74v103" stroke="#c4871a" stroke-width="5" />
      <g fill="#7a5312">
        <circle cx="109" cy="94" r="3.5" />
        <circle cx="109" cy="118" r="3.5" />
        <circle cx="109" cy="142" r="3.5" />
      </g>
      <path d="M68 132h20M116 156h20" stroke="#c4871a" stroke-width="6" stroke-linecap="round" />
    </>
  )
}

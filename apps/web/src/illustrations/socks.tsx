import type { JSX } from 'preact'

export function Socks(): JSX.Element {
  return (
    <>
      <ellipse cx="98" cy="172" rx="62" ry="6" fill="#000" opacity=".12" />
      <path d="M98 40h40v78c0 8 4 12 12 16l14 7c12 6 8 27-6 27h-26c-20 0-34-12-34-32Z" fill="#8b3f4d" />
      <path d="M98 40h40v18H98Z" fill="#f1dcc0" />
      <path d="M98 76h40v10H98ZM98 96h40v10H98Z" fill="#c66b6b" />
      <path d="M44 48h42v76c0 8 4 12 12 16l16 8c12 6 8 24-6 24H78c-20 0-34-12-34-30Z" fill="#b04f58" />
      <path d="M44 48h42v18H44Z" fill="#f7e6cd" />
      <path d="M44 84h42v10H44ZM44 104h42v10H44Z" fill="#e7a08a" />
      <path d="M114 148c12 6 8 24-6 24h-8c-3-10 2-22 14-24Z" fill="#f7e6cd" />
      <path d="M45 150c8-8 20-7 26 2 4 7 3 15 0 20-14-2-24-10-26-22Z" fill="#f7e6cd" />
    </>
  )
}

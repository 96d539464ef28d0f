/** Names of the built files of the viewer. They are served below `/assets/`. */
export const VIEWER_FILES = ['viewer.js', 'viewer.css', 'third-party-notices.txt'] as const

/** Placeholder until viewer lands in the next commit. */
export interface ViewerFile {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface ViewerFiles {
  read(path: string): Promise<ViewerFile>
}

export function createViewerFiles(): ViewerFiles {
  return {
    async read() {
      return { status: 404, headers: { 'content-type': 'text/plain' }, body: 'the viewer is not here yet' }
    },
  }
}

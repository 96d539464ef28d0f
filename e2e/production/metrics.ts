/** A sample in Prometheus' text format. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** The current samples of an address. */
export async function readMetrics(url: string): Promise<Sample[]> {
  const response = await fetch(url)
  return (await response.text()).split('\n').flatMap((line) => {
    const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)/.exec(line) ?? []
    return name === undefined ? [] : [{ name, labels: parseLabels(labels), value: Number(value) }]
  })
}

function parseLabels(text: string): Record<string, string> {
  const labels = [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)]
  return Object.fromEntries(labels.map(([, key, value]) => [key, value]))
}

/** Initial pieces in stock, by product id. */
export const INITIAL_STOCK: Readonly<Record<string, number>> = {
  'enamel-mug': 480,
  'wool-blanket': 120,
  'storm-lantern': 240,
  'canvas-tote': 360,
  'merino-socks': 900,
  'steel-flask': 300,
  'rain-jacket': 150,
  'last-umbrella': 0,
}

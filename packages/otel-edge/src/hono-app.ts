interface RoutedApp {
  fetch(...args: unknown[]): Response | Promise<Response>
  router?: { match(method: string, path: string): unknown }
}

export function traceHonoApp(app: object): { fetch(...args: unknown[]): Response | Promise<Response> } {
  return app as RoutedApp
}

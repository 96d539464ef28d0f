// What Vercel does around the function.
import handler from './api/index.ts'

addEventListener('fetch', (event) => event.respondWith(handler(event.request, event)))

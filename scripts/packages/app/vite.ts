import { throughlineContext } from '@throughline/otel-web/vite'
import { defineConfig } from 'vite'

export default defineConfig({ plugins: [throughlineContext()] })

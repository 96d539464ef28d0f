import type { Files } from './project-folder.ts'

/** What the scaffolding tools write, without styles, pictures and components. 30 November 2026. */
export const TEMPLATES = {
  // npm create vite -- --template vanilla
  vite: {
    'index.html':
      '<!doctype html>\n<html lang="en">\n  <head>\n    <meta charset="UTF-8" />\n    <title>vite</title>\n  </head>\n  <body>\n    <div id="app"></div>\n    <script type="module" src="/src/main.js"></script>\n  </body>\n</html>\n',
    'package.json':
      '{\n  "name": "vite-starter",\n  "version": "0.0.0",\n  "private": true,\n  "type": "module",\n  "scripts": {\n    "dev": "vite"\n  },\n  "devDependencies": {\n    "vite": "^8.3.4"\n  }\n}\n',
    'src/main.js':
      "import './style.css'\nimport { setupCounter } from './counter.js'\n\nsetupCounter(document.querySelector('#counter'))\n",
  },
  // npm create vite -- --template react-ts
  react: {
    'index.html':
      '<!doctype html>\n<html lang="en">\n  <head>\n    <meta charset="UTF-8" />\n  </head>\n  <body>\n    <div id="root"></div>\n    <script type="module" src="/src/main.tsx"></script>\n  </body>\n</html>\n',
    'package.json':
      '{\n  "name": "vite-react-typescript-starter",\n  "private": true,\n  "type": "module",\n  "dependencies": {\n    "react": "^19.3.1",\n    "react-dom": "^19.3.1"\n  },\n  "devDependencies": {\n    "@types/node": "^24.19.2",\n    "typescript": "~7.0.2",\n    "vite": "^8.3.4"\n  }\n}\n',
    'src/main.tsx':
      "import { StrictMode } from 'react'\nimport { createRoot } from 'react-dom/client'\nimport './index.css'\nimport App from './App.tsx'\n\ncreateRoot(document.getElementById('root')!).render(\n  <StrictMode>\n    <App />\n  </StrictMode>,\n)\n",
    'tsconfig.json': '{\n  "files": [],\n  "references": [{ "path": "./tsconfig.app.json" }]\n}\n',
    'tsconfig.app.json':
      '{\n  "compilerOptions": {\n    /* Bundler mode */\n    "allowImportingTsExtensions": true,\n  },\n  "include": ["src"]\n}\n',
    'vite.config.ts':
      "import { defineConfig } from 'vite'\nimport react from '@vitejs/plugin-react'\n\n// https://vite.dev/config/\nexport default defineConfig({\n  plugins: [react()],\n})\n",
  },
  // npm create vite -- --template vue
  vue: {
    'index.html':
      '<!doctype html>\n<html lang="en">\n  <body>\n    <div id="app"></div>\n    <script type="module" src="/src/main.js"></script>\n  </body>\n</html>\n',
    'package.json':
      '{\n  "name": "vite-vue-starter",\n  "type": "module",\n  "dependencies": {\n    "vue": "^3.5.44"\n  },\n  "devDependencies": {\n    "vite": "^8.3.4"\n  }\n}\n',
    'src/main.js':
      "import { createApp } from 'vue'\nimport App from './App.vue'\n\ncreateApp(App).mount('#app')\n",
    'vite.config.js':
      "import { defineConfig } from 'vite'\nimport vue from '@vitejs/plugin-vue'\n\nexport default defineConfig({\n  plugins: [vue()],\n})\n",
  },
  // npx sv create --template minimal --types ts
  sveltekit: {
    'package.json':
      '{\n\t"name": "kit",\n\t"type": "module",\n\t"devDependencies": {\n\t\t"@sveltejs/kit": "^3.2.0",\n\t\t"svelte": "^5.57.3",\n\t\t"typescript": "^6.0.3",\n\t\t"vite": "^8.3.8"\n\t}\n}\n',
    'src/routes/+page.svelte': '<h1>Welcome to SvelteKit</h1>\n',
    'vite.config.ts':
      "import { sveltekit } from '@sveltejs/kit/vite';\nimport { defineConfig } from 'vite';\n\nexport default defineConfig({\n\tplugins: [sveltekit()]\n});\n",
  },
  // npx @angular/cli new --defaults
  angular: {
    'angular.json':
      '{\n  "version": 1,\n  "projects": {\n    "shop": {\n      "projectType": "application",\n      "root": "",\n      "architect": {\n        "build": {\n          "builder": "@angular/build:application",\n          "options": {\n            "browser": "src/main.ts"\n          }\n        },\n        "serve": {\n          "builder": "@angular/build:dev-server",\n          "configurations": {\n            "development": {\n              "buildTarget": "shop:build:development"\n            }\n          },\n          "defaultConfiguration": "development"\n        }\n      }\n    }\n  }\n}\n',
    'package.json':
      '{\n  "name": "shop",\n  "dependencies": {\n    "@angular/core": "^22.2.0"\n  },\n  "devDependencies": {\n    "@angular/cli": "^22.2.7",\n    "typescript": "~6.0.2"\n  }\n}\n',
    'src/app/app.config.ts':
      "import { ApplicationConfig, provideBrowserGlobalErrorListeners } from '@angular/core';\n\nexport const appConfig: ApplicationConfig = {\n  providers: [\n    provideBrowserGlobalErrorListeners()\n  ]\n};\n",
    'src/index.html':
      '<!doctype html>\n<html lang="en">\n<body>\n  <app-root></app-root>\n</body>\n</html>\n',
    'src/main.ts':
      "import { bootstrapApplication } from '@angular/platform-browser';\nimport { appConfig } from './app/app.config';\nimport { App } from './app/app';\n\nbootstrapApplication(App, appConfig)\n  .catch((err) => console.error(err));\n",
    'tsconfig.json': '{\n  "compilerOptions": {\n    "module": "preserve"\n  }\n}\n',
  },
  // The minimal starter of npm create nuxt
  nuxt: {
    'app/app.vue': '<template>\n  <div>\n    <NuxtWelcome />\n  </div>\n</template>\n',
    'nuxt.config.ts':
      "// https://nuxt.com/docs/api/configuration/nuxt-config\nexport default defineNuxtConfig({\n  compatibilityDate: '2025-07-15',\n  devtools: { enabled: true }\n})\n",
    'package.json':
      '{\n  "name": "nuxt-app",\n  "type": "module",\n  "dependencies": {\n    "nuxt": "^4.5.2",\n    "vue": "^3.5.45"\n  }\n}\n',
    'tsconfig.json': '{\n  "files": [],\n  "references": [{ "path": "./.nuxt/tsconfig.app.json" }]\n}\n',
  },
  // npm create astro -- --template minimal
  astro: {
    'astro.config.mjs':
      "// @ts-check\nimport { defineConfig } from 'astro/config';\n\n// https://astro.build/config\nexport default defineConfig({});\n",
    'package.json':
      '{\n  "name": "minimal",\n  "type": "module",\n  "dependencies": {\n    "astro": "^7.3.5"\n  }\n}\n',
    'src/pages/index.astro':
      '---\n\n---\n\n<html lang="en">\n\t<head>\n\t\t<meta charset="utf-8" />\n\t\t<title>Astro</title>\n\t</head>\n\t<body>\n\t\t<h1>Astro</h1>\n\t</body>\n</html>\n',
    'tsconfig.json': '{\n  "extends": "astro/tsconfigs/strict"\n}\n',
  },
  // npx create-next-app --yes --skip-install
  nextjs: {
    'app/page.tsx': 'export default function Home() {\n  return <h1>Home</h1>;\n}\n',
    'next.config.ts':
      'import type { NextConfig } from "next";\n\nconst nextConfig: NextConfig = {\n  /* config options here */\n  cacheComponents: true,\n  turbopack: {\n    rules: {\n      "*.css": {\n        loaders: ["@tailwindcss/turbopack"],\n        as: "*.css",\n      },\n    },\n  },\n};\n\nexport default nextConfig;\n',
    'package.json':
      '{\n  "name": "my-app",\n  "version": "0.1.0",\n  "private": true,\n  "dependencies": {\n    "next": "16.4.3",\n    "react": "19.3.0",\n    "react-dom": "19.3.0"\n  },\n  "devDependencies": {\n    "@types/node": "^20",\n    "typescript": "^5"\n  }\n}\n',
    'tsconfig.json':
      '{\n  "compilerOptions": {\n    "moduleResolution": "bundler"\n  },\n  "include": ["**/*.ts", "**/*.tsx"]\n}\n',
  },
  html: {
    'index.html': '<!doctype html>\n<html>\n  <head>\n    <title>a</title>\n  </head>\n</html>\n',
    'about/index.html': '<!doctype html>\n<title>b</title>\n',
    'parts/menu.html': '<ul></ul>\n',
  },
  // npm create cloudflare -- --type hello-world --lang ts
  worker: {
    'package.json':
      '{\n\t"name": "hello",\n\t"devDependencies": {\n\t\t"typescript": "^5.5.2",\n\t\t"wrangler": "^4"\n\t}\n}\n',
    'src/index.ts':
      'export default {\n\tasync fetch(request, env, ctx): Promise<Response> {\n\t\treturn new Response("Hello World!");\n\t},\n} satisfies ExportedHandler<Env>;\n',
    'wrangler.jsonc':
      '{\n\t"name": "hello",\n\t"main": "src/index.ts",\n\t"compatibility_date": "2026-11-30",\n}\n',
  },
  // npm create hono -- --template cloudflare-workers
  hono: {
    'package.json':
      '{\n  "name": "api",\n  "type": "module",\n  "dependencies": {\n    "hono": "^4.13.19"\n  }\n}\n',
    'src/index.ts':
      "import { Hono } from 'hono'\n\nconst app = new Hono()\n\napp.get('/', (c) => {\n  return c.text('Hello Hono!')\n})\n\nexport default app\n",
    'wrangler.jsonc':
      '{\n  "name": "api",\n  "main": "src/index.ts",\n  "compatibility_date": "2026-11-30"\n}\n',
  },
} as const satisfies Readonly<Record<string, Files>>

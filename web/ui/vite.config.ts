/** Builds the agent desk into web/static/desk; web serves its index.html for every /desk/* path. */
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const hub = process.env.HUB_DEV_ADDRESS ?? 'http://127.0.0.1:8000'

export default defineConfig({
  base: '/static/desk/',
  plugins: [vue()],
  resolve: { alias: { '@': here('./src') } },
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
  },
  build: {
    outDir: here('../static/desk'),
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 800,
  },
  server: {
    proxy: { '/api': { target: hub, ws: true } },
  },
  test: {
    environment: 'node',
    maxWorkers: 2,
    include: ['tests/**/*.test.ts', 'widget/**/*.test.ts'],
  },
})

/**
 * Builds the web chat widget into web/static/widget: widget.js (the loader, a classic script
 * without imports), frame.js and frame.css (what the iframe and the full page load).
 * File names are fixed: the server adds `?v=digest` where it names them, so they may be cached for good.
 */
import { fileURLToPath } from 'node:url'
import { build, defineConfig, type Plugin } from 'vite'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const target = ['es2020', 'safari14']

function loader(): Plugin {
  return {
    name: 'omnihub-loader',
    apply: 'build',
    async closeBundle() {
      await build({
        configFile: false,
        root: here('./loader'),
        logLevel: 'warn',
        build: {
          outDir: here('../../static/widget'),
          emptyOutDir: false,
          target,
          lib: { entry: here('./loader/loader.ts'), formats: ['iife'], name: 'OmniHubLoader', fileName: () => 'widget.js' },
        },
      })
    },
  }
}

export default defineConfig({
  root: here('.'),
  plugins: [loader()],
  build: {
    outDir: here('../../static/widget'),
    emptyOutDir: true,
    target,
    modulePreload: false,
    cssCodeSplit: false,
    rollupOptions: {
      input: here('./frame/main.ts'),
      output: { entryFileNames: 'frame.js', assetFileNames: 'frame[extname]' },
    },
  },
})

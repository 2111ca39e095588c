// Builds the web-chat widget, the second build of this project (widget/ is its source).
import { existsSync } from 'node:fs'
import { build } from 'vite'

if (existsSync(new URL('../widget/vite.config.ts', import.meta.url))) {
  await build({ configFile: 'widget/vite.config.ts' })
} else {
  console.log('widget/vite.config.ts is not there: nothing to build')
}

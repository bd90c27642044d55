// Bundles the program into dist/. Heavy clients stay external, so that they are read only by the commands that use them.
import { rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** @type {typeof import('esbuild').build} */
let build
try {
  ;({ build } = await import('esbuild'))
} catch (error) {
  console.error(`Building needs the development dependencies (${error.message}).`)
  console.error('Run "npm ci" with them, or install the packed tarball, which is built already.')
  process.exit(1)
}
if (!existsSync(new URL('../src/cli.ts', import.meta.url))) {
  console.error('There is no src/cli.ts here: this is the packed program, which needs no build.')
  process.exit(1)
}
await rm(new URL('../dist', import.meta.url), { recursive: true, force: true })
const shared = { absWorkingDir: root, bundle: true, target: 'node20', logLevel: 'warning', legalComments: 'none' }
await build({
  ...shared,
  entryPoints: { 'genesis-improve': 'src/cli.ts', 'merge-thread': 'src/gguf/merge-thread.ts' },
  outdir: 'dist',
  platform: 'node',
  format: 'esm',
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  external: ['fs-native-extensions', 'execa', 'ora', '@huggingface/tokenizers'],
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
})
await build({
  ...shared,
  entryPoints: { 'engine-worker': 'src/engine/worker/main.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  platform: 'neutral',
  format: 'cjs',
  external: ['@qvac/*', 'bare-*'],
})

// Bundles the program into dist/.
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
/** zod's messages in fifty languages would be half of the program. */
const englishOnly = {
  name: 'english-only',
  setup: (build) => build.onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents: "export { default as en } from './en.js'" })),
}
/** execa is an ES module, which this format can't require: it gets a file of its own, read when a process is started. */
const execaApart = {
  name: 'execa-apart',
  setup: (build) => build.onResolve({ filter: /^execa$/ }, () => ({ path: './execa.cjs', external: true })),
}
const shared = { absWorkingDir: root, bundle: true, target: 'node20', logLevel: 'warning', legalComments: 'none', outdir: 'dist' }
// One file, in which a module runs when it is first needed: as many files, or with everything run at the start, a look takes twice as long.
await build({
  ...shared,
  entryPoints: { 'genesis-improve': 'src/cli.ts' },
  outExtension: { '.js': '.cjs' },
  platform: 'node',
  format: 'cjs',
  minify: true,
  keepNames: false,
  plugins: [englishOnly, execaApart],
  external: ['fs-native-extensions', 'ora', '@huggingface/tokenizers'],
  banner: { js: "const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
  define: { 'import.meta.url': '__importMetaUrl' },
})
await build({ ...shared, entryPoints: { execa: 'execa' }, outExtension: { '.js': '.cjs' }, platform: 'node', format: 'cjs' })
await build({ ...shared, entryPoints: { 'merge-thread': 'src/gguf/merge-thread.ts' }, platform: 'node', format: 'esm' })
await build({
  ...shared,
  entryPoints: { 'engine-worker': 'src/engine/worker/main.ts' },
  outExtension: { '.js': '.cjs' },
  platform: 'neutral',
  format: 'cjs',
  external: ['@qvac/*', 'bare-*'],
})

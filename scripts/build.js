// Bundles the program into dist/.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { appendFile, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
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
  setup: (build) =>
    build.onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents: "export { default as en } from './en.js'" })),
}
/** ES modules, which this format can't require and compiled code from the cache can't import: each gets a file of its own, read when it is used. */
const apart = ['execa', 'ora', 'ollama']
const clientsApart = {
  name: 'clients-apart',
  setup: (build) =>
    build.onResolve({ filter: new RegExp(`^(${apart.join('|')})$`) }, ({ path: name }) => ({ path: `./${name}.cjs`, external: true })),
}
/** commander loads what starts other programs, and all of the network with it, for subcommands that are programs of their own; there are none. */
const noPrograms = {
  name: 'no-programs',
  setup: (build) => {
    build.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /[\\/]commander[\\/]/.test(importer) ? { path: 'none', namespace: 'no-programs' } : undefined,
    )
    build.onLoad({ filter: /.*/, namespace: 'no-programs' }, () => ({ contents: 'module.exports = {}' }))
  },
}
/** The loader of fs-native-extensions tries a dozen places for its binary, which takes longer than all else in an idle check: the first one that fits is tried before. */
const nativeAtOnce = {
  name: 'native-at-once',
  setup: (build) =>
    build.onLoad({ filter: /fs-native-extensions[\\/]binding\.js$/ }, () => ({
      contents: `
        const path = require('node:path')
        const name = 'fs-native-extensions'
        const installed = path.dirname(require.resolve(name))
        try {
          module.exports = require(path.join(installed, 'prebuilds', process.platform + '-' + process.arch, name + '.node'))
        } catch (error) {
          if (error.code !== 'MODULE_NOT_FOUND' && error.code !== 'ERR_DLOPEN_FAILED') throw error
          module.exports = require(path.join(installed, 'binding.js'))
        }`,
    })),
}
const shared = { absWorkingDir: root, bundle: true, target: 'node20', logLevel: 'warning', legalComments: 'none', outdir: 'dist' }
// One file, in which a module runs when it is first needed: as many files, or with everything run at the start, a look takes twice as long.
await build({
  ...shared,
  entryPoints: { 'genesis-improve': 'src/cli.ts' },
  outExtension: { '.js': '.cjs' },
  platform: 'node',
  format: 'cjs',
  plugins: [englishOnly, clientsApart, noPrograms, nativeAtOnce],
  external: ['@huggingface/jinja', 'ajv', 'ajv/*', '@huggingface/tokenizers', 'weaviate-client', 'fastify', 'prom-client', 'pino'],
  supported: { 'dynamic-import': false },
  // The function that Node would put around it; bin/genesis-improve.js compiles the file as it stands.
  banner: {
    js: "(function (exports, require, module, __filename, __dirname) {\nconst __importMetaUrl = require('node:url').pathToFileURL(__filename).href;",
  },
  footer: { js: '})' },
  define: { 'import.meta.url': '__importMetaUrl' },
})
await endWithDigest(path.join(root, 'dist', 'genesis-improve.cjs'))
await build({
  ...shared,
  entryPoints: apart.map((name) => ({ in: name, out: name })),
  outExtension: { '.js': '.cjs' },
  platform: 'node',
  format: 'cjs',
  // What imports a file of this format takes all that it exports for its default export.
  footer: { js: 'if (module.exports.default !== undefined) module.exports = Object.assign(module.exports.default, module.exports)' },
})
await build({
  ...shared,
  entryPoints: { supervisor: 'src/system/supervisor.ts' },
  outExtension: { '.js': '.cjs' },
  platform: 'node',
  format: 'cjs',
})
await build({ ...shared, entryPoints: { 'merge-thread': 'src/gguf/merge-thread.ts' }, platform: 'node', format: 'esm' })
await build({
  ...shared,
  entryPoints: { 'engine-worker': 'src/engine/worker/main.ts' },
  outExtension: { '.js': '.cjs' },
  platform: 'neutral',
  format: 'cjs',
  external: ['@qvac/*', 'bare-*'],
})

/** By which bin/genesis-improve.js tells whether compiled code is that of this program. */
async function endWithDigest(file) {
  const digest = createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
  await appendFile(file, `//${digest}`)
}

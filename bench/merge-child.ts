import { mergeLora } from '../src/gguf/merge.ts'

// merge-child BASE.gguf LORA.gguf OUT.gguf: prints the seconds that a merge takes, as merge_numpy.py does: imports not counted.
const [base = '', adapter = '', output = ''] = process.argv.slice(2)
const started = performance.now()
await mergeLora({ base, adapter, output })
console.log((performance.now() - started) / 1000)

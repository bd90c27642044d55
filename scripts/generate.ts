// npm run generate: writes the files that are made from the code. A test compares them.
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { generatedFiles } from './generated-files.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
for (const file of await generatedFiles()) {
  const target = path.join(root, file.path)
  await mkdir(path.dirname(target), { recursive: true })
  await writeFile(target, file.content)
  console.log(`wrote ${file.path}`)
}

import path from 'node:path'
import { describeTransformersProgram } from './transformers-suite.ts'

await describeTransformersProgram({
  kind: 'trl',
  title: 'TRL',
  args: (method, dataset) => ['-m', `trl.scripts.${method}`, '--config', path.join(dataset, 'trl.json')],
})

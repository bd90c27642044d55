import { benchMerge } from './bench/merge.ts'
console.log(await benchMerge())

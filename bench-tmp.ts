import { mergeLora } from './src/gguf/merge.ts'
const d='/tmp/gguf/bench'
for (const threads of [undefined,1]) { const c=process.cpuUsage(), t=performance.now()
const r=await mergeLora({base:d+'/base.gguf',adapter:d+'/adapter.gguf',output:d+'/m.gguf',...(threads?{threads}:{})})
const u=process.cpuUsage(c); console.log(threads, r.bytes, ((performance.now()-t)/1000).toFixed(2),'s wall', (u.user/1e6).toFixed(2),'user',(u.system/1e6).toFixed(2),'sys') }

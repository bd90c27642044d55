import {createRowKernel} from './src/gguf/row-kernel.ts'
const cols=1024, rows=2048, r=16
const k=createRowKernel(1<<22)
const f=new Float32Array(k.memory.buffer)
for(let i=0;i<f.length;i++)f[i]=Math.sin(i)
function time(name:string,g:()=>void){g();g();let best=1e9;for(let k=0;k<12;k++){const t=process.cpuUsage();g();const u=process.cpuUsage(t);best=Math.min(best,u.user+u.system)}console.log(name,(best/(rows*cols)*1e3).toFixed(2),'ns/elem cpu best of 12')}
time('add',()=>{for(let o=0;o<rows;o+=2)k.addProduct(0,8192,65536,32768,16,64)})
time('deq',()=>{for(let o=0;o<rows;o++)k.dequantiseQ8(65536,32768,0,32)})
for(let i=0;i<1024;i++)f[i]=Math.sin(i)
time('q',()=>{for(let o=0;o<rows;o++)k.quantiseQ8(0,32768,65536,32)})

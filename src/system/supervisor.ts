import { spawn } from 'node:child_process'

// A program of its own: runs another one and ends it, with everything that it started, when the standard input closes: whoever started this is gone then.
const [program = '', ...args] = process.argv.slice(2)
const graceMs = 5000
const notStarted = 127

const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] })
child.once('error', (error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(notStarted)
})
child.once('exit', (code, signal) => {
  // What the child leaves behind while it is being stopped goes as well, and this program with it.
  if (stopping && process.platform !== 'win32') signalGroup('SIGKILL')
  else process.exit(code ?? (signal === 'SIGKILL' ? 137 : 143))
})

let stopping = false
function stop(): void {
  if (stopping) return
  stopping = true
  // This process leads its group; the signal that comes back to it finds it stopping.
  signalGroup('SIGTERM')
  setTimeout(() => signalGroup('SIGKILL'), graceMs)
}

function signalGroup(signal: 'SIGTERM' | 'SIGKILL'): void {
  if (process.platform === 'win32') child.kill(signal)
  else process.kill(-process.pid, signal)
}

process.on('SIGTERM', stop)
process.stdin.on('close', stop)
process.stdin.on('end', stop)
process.stdin.resume()

import { existsSync } from 'node:fs'
import path from 'node:path'
import { GenesisError } from '../errors.ts'
import { runProcess } from '../system/process.ts'
import { pythonIn } from './environment.ts'

/** Installed from the package index where uv is not on the PATH. */
const uvVersion = '0.13.9'
const remedy = 'Install uv (https://docs.astral.sh/uv), or Python 3 with pip and venv; then run "genesis-improve trainer install" again.'

interface ToolCall {
  directory: string
  report: (text: string) => void
  signal: AbortSignal
}

/** uv's command: the one on the PATH, else one of our own, which pip installs into `directory`. Throws GI-TRAINER-INSTALL. */
export async function findUv(directory: string, report: ToolCall['report'], signal: AbortSignal): Promise<[string, ...string[]]> {
  const onPath = await runProcess('uv', ['--version'], { signal })
  if (onPath.exitCode === 0) return ['uv']
  const environment = path.join(directory, `.uv-${uvVersion}`)
  const own = path.join(path.dirname(pythonIn(environment)), process.platform === 'win32' ? 'uv.exe' : 'uv')
  if (existsSync(own)) return [own]
  report(`Fetching uv ${uvVersion} with pip`)
  const python = process.platform === 'win32' ? 'python' : 'python3'
  await callTool([python, '-m', 'venv', '--clear', environment], { directory, report, signal })
  await callTool([pythonIn(environment), '-m', 'pip', 'install', '--quiet', `uv==${uvVersion}`], { directory, report, signal })
  return [own]
}

/** Runs uv, pip or venv; its lines are reported. Throws GI-TRAINER-INSTALL with its last words, GI-DISK-FULL, GI-INTERRUPTED. */
export async function callTool([program = '', ...args]: readonly string[], { directory, report, signal }: ToolCall): Promise<void> {
  const end = await runProcess(program, args, { directory, passOn: networkVariables, set: { NO_COLOR: '1' }, signal, onLine: report })
  if (signal.aborted) throw new GenesisError('GI-INTERRUPTED')
  if (end.exitCode === 0) return
  if (end.startError !== null)
    throw new GenesisError('GI-TRAINER-INSTALL', { why: `"${program}" could not be started (${end.startError})`, remedy, temporary: false })
  const words = end.lastLines.filter((line) => line.trim() !== '').slice(-6)
  const why = [`${path.basename(program)} ended with ${end.signal ?? `status ${end.exitCode}`}`, ...words].join('\n')
  if (/ENOSPC|no space left/i.test(why)) throw new GenesisError('GI-DISK-FULL', { why })
  throw new GenesisError('GI-TRAINER-INSTALL', { why })
}

/** Where packages come from, and how the network is reached. */
const networkVariables = [
  ...['UV_*', 'PIP_*', 'SSL_CERT_*', 'REQUESTS_CA_BUNDLE'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'],
]

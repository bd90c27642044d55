import { GenesisError } from '../errors.ts'
import { quoted } from './quote.ts'
import { bootName } from './wrapper.ts'

/** How a job stands by what lies in its folder there. */
export interface Look {
  /** The absolute folder there that holds jobs and bases. */
  root: string
  /** `absent`: it has to be laid out, be it anew; `staged`: it can be started. */
  state: 'absent' | 'staged' | 'begun' | 'ended'
  /** Whether an earlier attempt, of which nothing else is left, has put something into the output. */
  hasOutput: boolean
  /** As the shell counts it, 128 + number for a signal; null before the end. */
  exitStatus: number | null
  timedOut: boolean
  /** Whether the wrapper was told to end it: by somebody there, or because the machine goes down. */
  isStopped: boolean
  /** Whether the wrapper is at work on that very machine. */
  isAlive: boolean
  /** Seconds between the start and the end, or now; null before the start. */
  elapsedSeconds: number | null
  freeKilobytes: number | null
  /** How many lines of the log hold what is counted. */
  counted: number
  /** The newest lines that the program printed. */
  lines: string[]
}

export const jobFolder = (root: string, id: string): string => `${root}/jobs/${id}`

/** Whether process `$1` runs the wrapper of the job in this folder, and is no other that got its number since. */
const isWrapper = `is_wrapper() {
  if [ -d /proc/self ]; then tr '\\0' ' ' <"/proc/$1/cmdline" 2>/dev/null | grep -qF "$PWD/run.sh"
  else ps -p "$1" -o args= 2>/dev/null | grep -qF "$PWD/run.sh"; fi
}`

/** Prints how a job stands in `directory`, which is made if need be; `counted`: what stands in lines of its log that are to be counted. */
export const lookScript = (directory: string, id: string, counted?: string): string => `${isWrapper}
cd && mkdir -p ${quoted(directory)} && cd ${quoted(directory)} && mkdir -p jobs bases models || exit 1
echo "root $(pwd -P)"
echo "free $(df -Pk . | awk 'END { print $4 }')"
cd jobs/${quoted(id)} 2>/dev/null || { echo state absent; exit 0; }
look() {
  exit=$(ls run 2>/dev/null | sed -n 's/^exit-//p')
  if [ ! -d run ] && [ ! -f run.sh ]; then echo state absent; [ -n "$(ls output 2>/dev/null)" ] && echo output
  elif [ ! -d run ]; then echo state staged
  elif [ -n "$exit" ]; then echo state ended; echo "exit $exit"
  elif is_wrapper "$(cat run/pid 2>/dev/null)"; then echo state begun; echo alive
  elif [ "$1" = again ]; then echo state begun
  else sleep 1; look again; fi
}
look
[ -e run/timed-out ] && echo timed-out
[ -e run/stopped ] && echo stopped
started=$(cat run/started 2>/dev/null)
ended=$(cat run/ended 2>/dev/null)
[ -n "$started" ] && echo "elapsed $(( \${ended:-$(date +%s)} - started ))"
${counted === undefined ? '' : `echo "counted $(grep -cF -e ${quoted(counted)} run/log 2>/dev/null)"`}
echo log
tail -c 16384 run/log 2>/dev/null
exit 0`

export function parseLook(printed: readonly string[]): Look {
  const at = printed.indexOf('log')
  const head = at === -1 ? printed : printed.slice(0, at)
  const valueOf = (name: string): string | undefined => head.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1)
  const numberOf = (name: string): number | null => (/^\d+$/.test(valueOf(name) ?? '') ? Number(valueOf(name)) : null)
  const state = (['absent', 'staged', 'begun', 'ended'] as const).find((known) => known === valueOf('state'))
  if (state === undefined) throw new GenesisError('GI-RUNNER-AWAY', { why: `it answered ${JSON.stringify(head.slice(0, 3))}` })
  return {
    state,
    root: valueOf('root') ?? '',
    hasOutput: head.includes('output'),
    exitStatus: numberOf('exit'),
    timedOut: head.includes('timed-out'),
    isStopped: head.includes('stopped'),
    isAlive: head.includes('alive'),
    elapsedSeconds: numberOf('elapsed'),
    freeKilobytes: numberOf('free'),
    counted: numberOf('counted') ?? 0,
    lines: at === -1 ? [] : printed.slice(at + 1),
  }
}

/** Starts the wrapper by itself, and waits until it is at work; it outlives the connection. */
export const startScript = (root: string, id: string): string => `
cd ${quoted(jobFolder(root, id))} || exit 1
[ -d run ] && exit 0
if command -v setsid >/dev/null 2>&1; then nohup setsid sh "$PWD/run.sh" >/dev/null 2>&1 </dev/null &
else nohup perl -MPOSIX -e 'POSIX::setsid(); exec @ARGV' sh "$PWD/run.sh" >/dev/null 2>&1 </dev/null & fi
tries=0
while [ $tries -lt 50 ]; do
  [ -s run/group ] && exit 0
  sleep 0.2 2>/dev/null || sleep 1
  tries=$((tries + 1))
done
echo "the job did not start within ten seconds" >&2
exit 1`

/** Ends the wrapper and all that the program started, kindly for ten seconds; also what outlived a wrapper that was killed. */
export const stopScript = (root: string, id: string): string => `${isWrapper}
cd ${quoted(jobFolder(root, id))} 2>/dev/null || exit 0
pid=$(cat run/pid 2>/dev/null)
group=$(cat run/group 2>/dev/null)
ls run 2>/dev/null | grep -q '^exit-' && exit 0
if is_wrapper "$pid"; then
  kill -TERM "$pid"
  tries=0
  while is_wrapper "$pid" && [ $tries -lt 60 ]; do
    sleep 0.2 2>/dev/null || sleep 1
    tries=$((tries + 1))
  done
  is_wrapper "$pid" || exit 0
  kill -KILL "$pid"
fi
[ -n "$group" ] && [ "$(${bootName})" = "$(cat run/boot)" ] && kill -KILL "-$group" 2>/dev/null
exit 0`

/** Makes room for another attempt, which is laid out anew; what the program left in its output stays. */
export const againScript = (root: string, id: string): string => `
cd ${quoted(jobFolder(root, id))} 2>/dev/null || exit 0
rm -f run.sh
[ -d run ] || exit 0
mv run ended-run && rm -rf ended-run`

export const removeScript = (root: string, id: string): string => `
cd ${quoted(`${root}/jobs`)} 2>/dev/null || exit 0
[ -d ${quoted(id)} ] && mv ${quoted(id)} ${quoted(`${id}.gone`)}
rm -rf ${quoted(`${id}.gone`)} ${quoted(id)}.new-* ../bases/*.part-${quoted(id)} ../models/*.part-${quoted(id)}`

import type { ProgramCall } from '../trainers/recipe.ts'
import { commandLine, quoted } from './quote.ts'

export interface Wrapped {
  call: ProgramCall
  /** The job's folder there, absolute. */
  folder: string
  limitSeconds: number
  nice: number
}

/**
 * The script that runs a program there, once: POSIX sh alone, whoever starts it. In `run/` it leaves `pid`, `group`, `started`, `log`, and its end as a
 * name, `exit-STATUS`: a rename is one act, and works on a full disk as well.
 */
export function wrapperScript({ call, folder, limitSeconds, nice }: Wrapped): string {
  const variables = Object.entries(call.set).map(([name, value]) => `${name}=${value}`)
  const program = ['env', ...variables, ...(nice === 0 ? [] : ['nice', '-n', String(nice)]), call.program, ...call.args]
  return `#!/bin/sh
umask 077
cd ${quoted(folder)} || exit 1
mkdir run 2>/dev/null || exit 0
echo $$ >run/pid && : >run/open && date +%s >run/started || exit 1
${bootName} >run/boot
${newSession}
(cd output && exec_in_session ${commandLine(program)}) >>run/log 2>&1 </dev/null &
child=$!
echo "$child" >run/group
stop() { kill -TERM "-$child" 2>/dev/null || kill -TERM "$child" 2>/dev/null; }
end() { kill -KILL "-$child" 2>/dev/null || kill -KILL "$child" 2>/dev/null; }
(exec_in_session sh -c ${quoted(guardScript)} guard $$ "$child" ${limitSeconds}) >/dev/null 2>&1 </dev/null &
guard=$!
trap ': >run/stopped; stop; (sleep 10; end) >/dev/null 2>&1 </dev/null &' TERM INT HUP
while :; do
  wait "$child"
  status=$?
  kill -0 "$child" 2>/dev/null || break
done
end
kill "$guard" 2>/dev/null
date +%s >run/ended
mv run/open "run/exit-$status"
`
}

/** Keeps the time limit, and lets no program outlive a wrapper that was killed: another attempt would train beside it. */
const guardScript = `until=$(($(date +%s) + $3))
while kill -0 "$1" 2>/dev/null; do
  if [ "$(date +%s)" -ge "$until" ]; then : >run/timed-out; kill -TERM "-$2"; sleep 10; break; fi
  sleep 1
done
kill -KILL "-$2"`

/** Starts a program as the leader of a group of its own, by what the machine has for it. */
const newSession = `exec_in_session() {
  if command -v setsid >/dev/null 2>&1; then exec setsid "$@"; fi
  exec perl -MPOSIX -e 'POSIX::setsid(); exec { $ARGV[0] } @ARGV; die "$ARGV[0]: $!\\n"' "$@"
}`

/** Prints something that is another after each start of the machine. */
export const bootName = '{ cat /proc/sys/kernel/random/boot_id || sysctl -n kern.boottime; } 2>/dev/null'

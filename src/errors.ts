/** Exit codes of every command; the meaning is documented in docs/errors.md. */
export const exitCodes = {
  done: 0,
  bug: 1,
  usage: 2,
  invalid: 10,
  locked: 11,
  unavailable: 12,
  failed: 20,
  notDeployed: 21,
  interrupted: 130,
} as const

interface ErrorEntry {
  /** What happened, when the place that raises it has nothing more exact to say. */
  what: string
  /** What to do now. */
  remedy: string
  exitCode: number
  /** Whether the same call may succeed later without anything being changed by a person. */
  temporary: boolean
}

const invalid = (what: string, remedy: string): ErrorEntry => ({ what, remedy, exitCode: exitCodes.invalid, temporary: false })
const usage = (what: string, remedy: string): ErrorEntry => ({ what, remedy, exitCode: exitCodes.usage, temporary: false })
const retry = (what: string, remedy: string): ErrorEntry => ({ what, remedy, exitCode: exitCodes.unavailable, temporary: true })
const failed = (what: string, remedy: string): ErrorEntry => ({ what, remedy, exitCode: exitCodes.failed, temporary: false })

/** Every error this program can end with. docs/errors.md is generated from this table; a code once published keeps its meaning. */
export const errorTable = {
  'GI-BUG': {
    what: 'genesis-improve met something it did not expect.',
    remedy: 'Run the command again with GENESIS_DEBUG=1 and report the output.',
    exitCode: exitCodes.bug,
    temporary: false,
  },
  'GI-USAGE': usage('The command line is not understood.', 'Run "genesis-improve --help" to see the commands and their options.'),
  'GI-INTERRUPTED': {
    what: 'Interrupted before the step was finished.',
    remedy: 'Nothing is lost: the next "genesis-improve check" goes on from here.',
    exitCode: exitCodes.interrupted,
    temporary: true,
  },
  'GI-LOCKED': {
    what: 'Another genesis-improve is working in this home.',
    remedy: 'Wait for it; "genesis-improve status" shows how far it is.',
    exitCode: exitCodes.locked,
    temporary: true,
  },
  'GI-LOCK-TIMEOUT': {
    what: 'The lock of this home could not be had within 10 seconds.',
    remedy: 'Try again; if it stays so, look for a stopped genesis-improve process.',
    exitCode: exitCodes.locked,
    temporary: true,
  },
  'GI-LOCK-UNSUPPORTED': invalid(
    'The home cannot be locked here.',
    'Use a home on a local file system, on a platform that fs-native-extensions supports.',
  ),
  // Configuration and the home
  'GI-CONFIG-INVALID': invalid('The configuration is not valid.', 'Correct the settings named above and run the command again.'),
  'GI-CONFIG-UNREADABLE': invalid('The configuration file could not be read.', 'Make it readable, or remove it to use the defaults.'),
  'GI-HOME-UNUSABLE': invalid('The home directory cannot be used.', 'Name an existing directory that you may read with --home.'),
  'GI-HOME-READ-ONLY': invalid(
    'The home directory cannot be written.',
    'Give this user write permission, or name another home with --home.',
  ),
  'GI-HOME-NOT-EMPTY': invalid('This home is set up already.', 'Choose another directory, or edit its genesis-improve.config.json.'),
  'GI-BASE-MISSING': invalid(
    'No base model is configured.',
    'Run "genesis-improve init --base FILE.gguf" or set "base" in genesis-improve.config.json.',
  ),
  'GI-BASE-UNREADABLE': invalid('The base model file could not be read.', 'Check the path under "base" in genesis-improve.config.json.'),
  'GI-BASE-UNSUPPORTED': invalid(
    'The base model cannot be trained here.',
    'Choose a base of a supported architecture and quantisation (see "genesis-improve engine status").',
  ),
  // State and journals
  'GI-STATE-UNREADABLE': invalid(
    'The state file is damaged and could not be rebuilt.',
    'Restore the files named above from a backup, or move them out of data/; nothing was changed.',
  ),
  'GI-STATE-NEWER': invalid('The state file was written by a newer genesis-improve.', 'Use that version, or a newer one.'),
  'GI-JOURNAL-UNREADABLE': invalid('A cycle journal is damaged.', 'Run "genesis-improve cancel CYCLE" to set that cycle aside.'),
  'GI-SYSTEM-FAILED': retry(
    'The operating system failed what was asked of it.',
    'Look for its cause in the log of the system (EIO: the disk; EMFILE: too many open files); the next check goes on from here.',
  ),
  'GI-DISK-FULL': retry('The disk is full.', 'Free some space; the next check goes on from here.'),
  // Learnings, gate items
  'GI-LEARNINGS-UNREADABLE': retry(
    'data/genesis_learnings.json does not parse.',
    'Its writer may be midway: the next check looks again. If it stays so, mend the file by hand.',
  ),
  'GI-LEARNINGS-DENIED': invalid('A learnings file cannot be read.', 'Make it a readable regular file.'),
  'GI-LEARNING-INVALID': invalid('The learning was not recorded.', 'Give an input and, for a correction, the wanted output.'),
  'GI-LEARNING-CONFLICT': invalid(
    'That id stands for another learning already.',
    'Give every learning an id of its own, or none; nothing of this request was written.',
  ),
  'GI-NO-USABLE-LEARNING': invalid(
    'There is no usable learning to train on.',
    'Record corrections with "genesis-improve learn", or see "genesis-improve status" for why existing ones cannot be used.',
  ),
  'GI-LEARNING-UNKNOWN': invalid(
    'There is no such learning.',
    'Take the id from data/genesis_learnings.jsonl, data/genesis_learnings.json, or "genesis-improve show CYCLE --json".',
  ),
  'GI-SIMULATION-REFUSED': invalid(
    'Learnings are not simulated in a home that holds real ones or a release.',
    'Use an empty home (--home DIR), or --force; forced cycles never deploy.',
  ),
  'GI-GATE-DATA': invalid('The gate got data it must not judge.', 'Correct the rows named above; nothing was scored.'),
  'GI-GRADER-FAILED': invalid(
    'A grader did not score an answer.',
    'Mend the program under "gate.graders", or take its items out; nothing was scored.',
  ),
  'GI-ITEMS-INVALID': invalid('A file of evaluation items is not valid.', 'Correct the lines named above.'),
  'GI-ITEMS-REFUSED': invalid(
    'Some items were refused, and nothing was added.',
    'Take out what is named above, or add the others with --skip-refused.',
  ),
  'GI-ITEM-UNKNOWN': invalid('There is no such item.', 'Run "genesis-improve gate list" to see all items.'),
  'GI-CORPUS-AWAY': retry('The corpus cannot be reached.', 'Start its server; the next check tries again.'),
  'GI-HELD-OUT-DAMAGED': invalid(
    'A file of held-out items is damaged.',
    'Restore it from a backup, or correct or remove the lines named above; an item that is then missing can be given up with "genesis-improve gate retire".',
  ),
  'GI-CORPUS-UNREADABLE': invalid('The corpus could not be read.', 'Check "corpus" in genesis-improve.config.json.'),
  // Cycles and releases
  'GI-CYCLE-UNKNOWN': invalid('There is no such cycle.', 'Run "genesis-improve history" to see all cycles.'),
  'GI-NO-OPEN-CYCLE': invalid(
    'No cycle is open.',
    'Nothing needs to be cancelled; "genesis-improve history" shows how the last one ended.',
  ),
  'GI-NOT-DECIDED': invalid(
    'There is nothing to approve or reject.',
    'Wait until the gate has decided; "genesis-improve status" shows how far the cycle is.',
  ),
  'GI-CYCLE-CANCELLED': {
    what: 'The cycle was cancelled.',
    remedy: 'Its learnings are untouched; "genesis-improve trigger" opens another one.',
    exitCode: exitCodes.done,
    temporary: false,
  },
  'GI-HELD-OUT-LEAK': invalid(
    'The dataset would train on something that is held out, so it was not written.',
    'This is a fault of genesis-improve: please report it. Removing the learning or corpus entry named above lets the cycle go on.',
  ),
  'GI-FORGOTTEN-INSIDE': failed(
    'The cycle holds a learning that was forgotten since it was collected.',
    'Nothing was deployed; "genesis-improve trigger" opens a cycle without it.',
  ),
  'GI-RELEASE-UNKNOWN': invalid('There is no such release.', 'Run "genesis-improve history" to see all releases.'),
  'GI-NOTHING-TO-ROLL-BACK': invalid('There is no earlier release to go back to.', 'The base model is being served already.'),
  'GI-RELEASE-WEIGHTS-GONE': invalid(
    'The weights of that release are no longer kept.',
    'Roll back to a release whose weights are kept (the newest three).',
  ),
  'GI-RELEASE-DAMAGED': invalid(
    'The files of a release are not what was recorded.',
    'Restore the directory named above under data/models from a backup, or roll back to another release.',
  ),
  'GI-RELEASE-IN-USE': invalid('That release is being served.', 'Roll back or deploy another release first.'),
  'GI-STEP-FAILED': failed('A step of the cycle failed for good.', 'See "genesis-improve show CYCLE"; the learnings are untouched.'),
  'GI-NOT-DEPLOYED': {
    what: 'The verdict was not DEPLOY.',
    remedy: 'See "genesis-improve show CYCLE" for the reasons and what is missing.',
    exitCode: exitCodes.notDeployed,
    temporary: false,
  },
  'GI-HOOK-FAILED': invalid(
    'The hook before_cycle failed, so the cycle was not begun.',
    'Mend the program under "hooks.before_cycle", or take it out; then "genesis-improve trigger".',
  ),
  'GI-SERVICE-DENIED': invalid(
    'The units of systemd cannot be written or removed.',
    'Run it as root ("sudo"), or with --user for units of your own.',
  ),
  // HTTP API
  'GI-TOKEN-MISSING': invalid(
    'Without a token the API listens on this machine only.',
    'Set GENESIS_API_TOKEN to a secret of at least 16 characters, or "server.host" to 127.0.0.1.',
  ),
  'GI-ADDRESS-UNUSABLE': retry(
    'The server cannot listen at its address.',
    'End what listens there, or choose another "server.port" and "server.metricsPort".',
  ),
  'GI-TOKEN-WRONG': invalid(
    'The request bears no token, or a wrong one.',
    'Send "Authorization: Bearer" with the value of GENESIS_API_TOKEN.',
  ),
  'GI-HOST-REFUSED': invalid(
    'The request names another host than this server.',
    'Use its own address, or list the name under "server.allowedHosts".',
  ),
  'GI-REQUEST-INVALID': invalid('The request is not understood.', 'See /openapi.json for what each path takes.'),
  'GI-REQUEST-TOO-LARGE': invalid('The request is too large.', 'Send at most 1 MiB for each learning, and fewer learnings in a request.'),
  'GI-PATH-UNKNOWN': invalid('There is no such path.', 'See /openapi.json for what there is.'),
  'GI-CYCLE-OPEN': invalid('A cycle is open already.', 'Wait for its end, or end it with "genesis-improve cancel".'),
  // Engine
  'GI-ENGINE-MISSING': invalid('The embedded engine is not installed.', 'Run "genesis-improve engine install".'),
  'GI-ENGINE-VERSION': invalid('The installed engine is of another version.', 'Run "genesis-improve engine install".'),
  'GI-ENGINE-INSTALL': retry(
    'The engine could not be installed.',
    'Check the network and the package registry, then run "genesis-improve engine install" again.',
  ),
  'GI-ENGINE-CRASHED': retry(
    'The engine ended unexpectedly.',
    'The next check tries again; "genesis-improve show CYCLE" has its last words.',
  ),
  'GI-ENGINE-SILENT': retry('The engine gave no sign of life and was stopped.', 'The next check tries again.'),
  'GI-ENGINE-REFUSED': failed('The engine refused the work.', 'See the reason above.'),
  'GI-ENGINE-TIME-LIMIT': failed(
    'The training took longer than its time limit and was stopped.',
    'Raise "trainer.timeLimitHours", or train fewer epochs; the checkpoint is kept.',
  ),
  'GI-TRAINER-MISSING': invalid('The training program is not there.', 'Correct "trainer.command.program" in genesis-improve.config.json.'),
  'GI-TRAINER-FAILED': failed('The training program failed.', 'See the reason above, and training.log in the directory of the cycle.'),
  'GI-TRAINER-VERSION': invalid(
    'The installed trainer is of a version that this program does not work with.',
    'Run "genesis-improve trainer install NAME", and take "trainer.python" out.',
  ),
  'GI-TRAINER-SETTING': invalid('A setting under "trainer.extra" is not one of that trainer.', 'Correct it, or take it out.'),
  'GI-TRAINER-INSTALL': retry(
    'The trainer could not be installed.',
    'Check the network and the package index, then run "genesis-improve trainer install" again.',
  ),
  'GI-TRAINER-MEMORY': invalid(
    'The graphics card has too little free memory for this training.',
    'Lower "trainer.batchSize" or "trainer.contextLength", end what else uses the card, or take a smaller base.',
  ),
  'GI-MODEL-FOLDER': invalid(
    'The folder under "trainer.model" holds no model that can be trained.',
    'Name the folder of a Hugging Face model: config.json, the tokenizer, and its weights as safetensors.',
  ),
  'GI-MODEL-DIFFERS': invalid(
    'The folder under "trainer.model" is another model than the base that is served.',
    'Name the folder from which the GGUF file under "base" was made, or make a GGUF file of that folder and name it as the base.',
  ),
  'GI-TRAINER-AWAY': retry('The training program asked to be called again later.', 'The next check tries again.'),
  'GI-TRAINER-KILLED': retry(
    'The training program was killed.',
    'Often the system does that when memory runs out: free some, or train with a smaller context or batch. The next check starts it again.',
  ),
  // Where training programs run
  'GI-RUNNER-AWAY': retry(
    'The machine that trains cannot be reached.',
    'Start it, or check "trainer.runner" and the network; the next check tries again.',
  ),
  'GI-RUNNER-DENIED': retry(
    'The machine that trains refuses this user.',
    'Run "ssh HOST true" as the same user: it has to work without a question. Put the key into ssh-agent or ~/.ssh/config, and the host into known_hosts.',
  ),
  'GI-RUNNER-UNUSABLE': invalid('Programs cannot be run where they should.', 'Correct "trainer.runner", or install there what is missing.'),
  'GI-RUNNER-NO-ROOM': retry('The disk of the machine that trains is full.', 'Free some space there; the next check goes on from here.'),
  'GI-RUNNER-DIFFERS': retry(
    'What arrived is not what was sent.',
    'The next check sends it again; if it stays so, look at the disks of both machines.',
  ),
  'GI-RUNNER-LOST': retry(
    'The training elsewhere ended without a word.',
    'The machine was restarted, or its job was killed. The next check starts it again.',
  ),
  'GI-RUNNER-REFUSED': failed(
    'The queue refused the job.',
    'Correct "trainer.runner" so that the queue takes it, then "genesis-improve trigger".',
  ),
  'GI-LAYOUT-DIFFERS': invalid(
    'The model is asked in another chat layout than it would be trained in.',
    'Serve the base with its own chat template: make its Ollama model anew from the GGUF file, without a TEMPLATE or SYSTEM of your own.',
  ),
  'GI-PROMPT-TOO-LONG': invalid(
    'A question does not fit into the context of a request.',
    'Raise "runtime.contextLength", or remove the item.',
  ),
  // Ollama
  'GI-OLLAMA-AWAY': retry(
    'Ollama cannot be reached.',
    'Start it ("ollama serve", or "systemctl start ollama"), or set "serving.host" or OLLAMA_HOST to where it listens.',
  ),
  'GI-OLLAMA-UNEXPECTED': invalid(
    'What answers there is no Ollama, or not one this program understands.',
    'Set "serving.host" or OLLAMA_HOST to the address of an Ollama server; "curl HOST/api/version" must show its version.',
  ),
  'GI-OLLAMA-DENIED': invalid('Ollama wants authorisation.', 'Put the token that its server or proxy expects into OLLAMA_API_KEY.'),
  'GI-OLLAMA-TOO-OLD': invalid('This Ollama is too old.', 'Update it to 0.6 or newer; "ollama --version" shows what you have.'),
  'GI-OLLAMA-BUSY': retry('Ollama is too busy to answer.', 'The next check tries again; lower "runtime.parallel" if it stays so.'),
  'GI-OLLAMA-NO-ROOM': retry(
    'Ollama has no room for the model.',
    'Free memory or disk on its host ("ollama ps" and "ollama list" show what is there), or lower "runtime.parallel" and "runtime.contextLength".',
  ),
  'GI-OLLAMA-FAILED': retry(
    'Ollama failed.',
    'The next check tries again; the reason stands in the log of the server ("journalctl -u ollama").',
  ),
  'GI-OLLAMA-REFUSED': failed('Ollama refused the request.', 'See the reason above and the log of the server ("journalctl -u ollama").'),
  'GI-OLLAMA-MODEL-MISSING': invalid(
    'Ollama has no such model.',
    'Run "ollama list" to see what it has, and "ollama pull MODEL" to get one.',
  ),
  // GGUF
  'GI-GGUF-UNREADABLE': invalid('The GGUF file could not be read.', 'Check that the path is right and that this user may read the file.'),
  'GI-GGUF-INVALID': invalid('The file is not a usable GGUF file.', 'Get the file again, or name another one.'),
  'GI-GGUF-UNSUPPORTED': invalid('This kind of GGUF file is not supported.', 'Use a model of a supported type, or convert it first.'),
  'GI-ADAPTER-INVALID': failed('The adapter cannot be merged into the base.', 'Train again on this base; the adapter was not used.'),
  'GI-ADAPTER-UNREADABLE': invalid(
    'The adapter could not be read.',
    'Name a LoRA adapter: a GGUF file, or a directory that PEFT or MLX-LM wrote, with the weights as safetensors.',
  ),
  'GI-ADAPTER-UNSUPPORTED': invalid(
    'This kind of adapter cannot be merged.',
    'Train a plain LoRA on linear layers, or merge it with the program that trained it.',
  ),
  'GI-SAFETENSORS-INVALID': invalid('The file is not a usable safetensors file.', 'Copy or save the adapter again.'),
  'GI-OUTPUT-EXISTS': invalid('The output exists already.', 'Name another file, or add --force to replace it.'),
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof errorTable

interface Details {
  what?: string | undefined
  why?: string | undefined
  remedy?: string | undefined
  temporary?: boolean | undefined
  cause?: unknown
}

/** An error the user can act on: what happened, why, what to do now, and whether waiting may help. */
export class GenesisError extends Error {
  readonly code: ErrorCode
  readonly what: string
  readonly why: string | undefined
  readonly remedy: string
  readonly temporary: boolean
  readonly exitCode: number

  constructor(code: ErrorCode, details: Details = {}) {
    const entry: ErrorEntry = errorTable[code]
    const what = details.what ?? entry.what
    super(what, { cause: details.cause })
    this.name = 'GenesisError'
    this.code = code
    this.what = what
    this.why = details.why
    this.remedy = details.remedy ?? entry.remedy
    this.temporary = details.temporary ?? entry.temporary
    this.exitCode = details.temporary === true ? exitCodes.unavailable : entry.exitCode
  }

  toJSON(): { code: ErrorCode; what: string; why: string | undefined; remedy: string } {
    return { code: this.code, what: this.what, why: this.why, remedy: this.remedy }
  }
}

/** The system's error code (`ENOENT`, `ENOSPC`, ...), or undefined when it is no system error (this program's own errors have codes of their own). */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && !(error instanceof GenesisError) && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
}

/** What may pass without anybody changing the home: a disk that stumbles, a network file system that is away, too many open files. */
const passingFailures: ReadonlySet<string> = new Set(['EIO', 'ESTALE', 'ETIMEDOUT', 'EBUSY', 'EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN'])

/** GI-DISK-FULL, or GI-SYSTEM-FAILED for what may pass as well; anything else as it is. */
export function systemFailure(error: unknown): unknown {
  const code = systemErrorCode(error)
  if (code === 'ENOSPC' || code === 'EDQUOT') return new GenesisError('GI-DISK-FULL', { why: String(error), cause: error })
  if (code === undefined || !passingFailures.has(code)) return error
  return new GenesisError('GI-SYSTEM-FAILED', { why: String(error), cause: error })
}

/** Anything that is neither one of our errors nor a failure of the system is a bug. */
export function asGenesisError(error: unknown): GenesisError {
  const known = systemFailure(error)
  if (known instanceof GenesisError) return known
  const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return new GenesisError('GI-BUG', { why, cause: error })
}

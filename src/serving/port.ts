import type { Problem } from '../problem.ts'
import type { FileLocation, ModelLocation } from '../runtimes/port.ts'

export interface Served {
  name: string
  /** SHA-256 of the served artefact, hexadecimal. */
  digest: string
}

/** Where released models are served from. Every operation may be repeated after a crash. */
export interface Serving {
  readonly name: string
  preflight(): Promise<Problem[]>
  /** Where the runtime finds the base: a server is given it first. */
  offer(base: FileLocation): Promise<ModelLocation>
  /**
   * Puts the artefact (model.gguf and the files beside it, in `directory`) into the target under `name`, not yet in use. Moves, doesn't copy, where it
   * can. A server asks it in the manner of the base: its chat template, system prompt, stops.
   */
  stage(name: string, directory: string): Promise<ModelLocation>
  /**
   * Lets `ask` have a model that is to be the release `name` or another one, for as long as it takes: a server is given it under a name of its own, and
   * keeps nothing of it. Repeated after a crash it may be another model.
   */
  tryOut<Result>(name: string, model: FileLocation, ask: (model: ModelLocation) => Promise<Result>): Promise<Result>
  /** Where the runtime finds a staged or released model; null when its weights are not kept. */
  locate(name: string): Promise<ModelLocation | null>
  /** What answers under the production name now; null while it is the base. */
  served(): Promise<Served | null>
  /** Makes `name` the production model in one atomic step; null gives production back to the base. */
  activate(name: string | null): Promise<void>
  /** Frees the weights of `name`; never those that are served. */
  discard(name: string): Promise<void>
}

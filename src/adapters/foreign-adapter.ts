/** One matrix of a pair as GGUF wants it. */
export interface Half {
  /** ggml's ne: row length, then number of rows. */
  shape: readonly [columns: number, rows: number]
  /** Row-major float32 values. */
  read(): Promise<Float32Array>
}

/** One trained module: its change is scale x B A. */
export interface ForeignPair {
  /** The module's path in the model, for example "model.layers.0.self_attn.q_proj". */
  module: string
  rank: number
  scale: number
  /** A, (rank, in); for the token embedding (vocabulary, rank). */
  a: Half
  /** B, (out, rank); for the token embedding (columns, rank). */
  b: Half
}

/** An adapter that another program wrote, checked but for the numbers in it. */
export interface ForeignAdapter {
  kind: 'peft' | 'mlx'
  pairs: readonly ForeignPair[]
  close(): Promise<void>
}

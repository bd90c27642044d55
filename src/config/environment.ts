/** The environment's variables as plain data. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The only place that reads the environment; everything else is handed what this returns. */
export function readEnvironment(): Environment {
  return { ...process.env }
}

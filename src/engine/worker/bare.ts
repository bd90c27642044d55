/** What the worker uses of the runtime and of the library, as far as it uses it (the library's own types need its installation). */
export interface EngineModules {
  fs: { writeSync(descriptor: number, data: Uint8Array): number }
  os: { kill(pid: number, signal: string): void; pid(): number }
  Pipe: new (descriptor: number) => {
    on(event: 'data', take: (chunk: Uint8Array) => void): void
    on(event: 'end' | 'close' | 'error', act: () => void): void
  }
  Llm: new (options: {
    files: { model: string[] }
    config: Record<string, string>
    opts: { stats: boolean; rejectWhenBusy: boolean }
    logger: null
  }) => Library
}

export interface Library {
  load(): Promise<void>
  finetune(options: Record<string, unknown>): Promise<FinetuneHandle>
  run(prompts: { id: string; prompt: { role: string; content: string }[] }[]): Promise<Response>
}

interface FinetuneHandle {
  on(event: 'stats', take: (stats: { loss?: number; accuracy?: number }) => void): void
  await(): Promise<{ status: string }>
}

interface Response {
  on(event: 'stats', take: (stats: { stopReason?: string }) => void): void
  await(): Promise<{ id: string; output: string }[]>
}

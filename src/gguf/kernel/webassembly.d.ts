/** The part of the WebAssembly interface that the row kernel uses; TypeScript only declares it together with the whole browser. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>)
  }
  class Memory {
    /** Lengths in pages of 64 KiB. */
    constructor(descriptor: { initial: number; maximum: number; shared: true })
    /** The memory is never grown, so this stays the same. */
    readonly buffer: SharedArrayBuffer
  }
  class Instance {
    constructor(module: Module, imports: { host: { memory: Memory } })
    readonly exports: Record<string, unknown>
  }
}

import type { AnswerOutcome, FinetuneOutcome, FinetuneRequest, Request } from '../protocol.ts'
import type { EngineModules, Library } from './bare.ts'

/** One loaded model and what can be asked of it. */
export class Engine {
  private readonly Llm: EngineModules['Llm']
  private model: Library | undefined

  constructor(Llm: EngineModules['Llm']) {
    this.Llm = Llm
  }

  async work(request: Request): Promise<unknown> {
    switch (request.command) {
      case 'load':
        this.model = new this.Llm({
          files: { model: [request.model] },
          config: request.config,
          opts: { stats: true, rejectWhenBusy: false },
          logger: null,
        })
        return this.model.load()
      case 'finetune':
        return this.finetune(request.options)
      case 'answer':
        return this.answer(`prompt-${request.id}`, request.messages)
    }
  }

  private async finetune(options: FinetuneRequest): Promise<FinetuneOutcome> {
    const handle = await this.loaded().finetune({
      trainDatasetDir: options.dataset,
      ...(options.template === null ? {} : { chatTemplatePath: options.template }),
      validation: { type: 'none' },
      outputParametersDir: options.adapter,
      checkpointSaveDir: options.checkpoints,
      checkpointSaveSteps: 1,
      numberOfEpochs: 1,
      assistantLossOnly: true,
      ...{ contextLength: options.contextLength, batchSize: options.contextLength, microBatchSize: options.contextLength },
      ...{ loraModules: options.modules, loraRank: options.rank, loraAlpha: options.alpha, loraSeed: options.seed },
      // The schedule is ours: each call has one learning rate. The minimum must be above 0 even so.
      ...{ learningRate: options.learningRate, lrScheduler: 'constant', lrMin: 1e-12, weightDecay: 0 },
    })
    let last: { loss?: number; accuracy?: number } = {}
    handle.on('stats', (stats) => {
      last = stats
    })
    const { status } = await handle.await()
    return { status, loss: last.loss ?? null, accuracy: last.accuracy ?? null }
  }

  private async answer(id: string, prompt: { role: string; content: string }[]): Promise<AnswerOutcome> {
    const response = await this.loaded().run([{ id, prompt }])
    let stopReason: string | null = null
    response.on('stats', (stats) => {
      stopReason = stats.stopReason ?? null
    })
    const [result] = await response.await()
    if (result?.id !== id) throw new Error(`the engine gave no answer to ${id}`)
    return { text: result.output, stopReason }
  }

  private loaded(): Library {
    if (this.model === undefined) throw new Error('no model is loaded')
    return this.model
  }
}

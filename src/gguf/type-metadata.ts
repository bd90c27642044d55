import { ggmlTypes } from './ggml-types.ts'
import type { GgmlType } from './ggml-types.ts'
import { MetadataValue } from './metadata.ts'
import type { Metadata } from './metadata.ts'

/** The metadata, in their order, with this general.file_type (when there is one to set), and the version of quantised types named when there are any. */
export function withTypes(metadata: Metadata, written: readonly { type: GgmlType }[], fileType: number | undefined): Metadata {
  const result = new Map(metadata)
  if (fileType !== undefined) result.set('general.file_type', MetadataValue.uint32(fileType))
  const isQuantised = written.some(({ type }) => ggmlTypes[type].blockSize > 1)
  if (isQuantised && !result.has('general.quantization_version')) result.set('general.quantization_version', MetadataValue.uint32(2))
  return result
}

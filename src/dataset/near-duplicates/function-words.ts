/**
 * Words that say how something is asked and not what: a rewording changes these first. They count as one shingle each, so that
 * "Could you please tell me what the capital of France is?" stays near "What is the capital of France?". English only; texts in other
 * languages are compared by all their words alike.
 */
export const functionWords: ReadonlySet<string> = new Set(
  `a an the this that these those there here it its i me my we us our you your he she they them his her their
  is are was were be been being am s re m ve ll d t do does did done doing have has had having
  can could will would shall should may might must let lets want wants wanted need needs like
  and or but so if then than as at by for from in into of off on onto out over to up with about
  what which who whom whose when where why how please kindly tell show give say explain hello hi hey thanks thank
  just now also too very really some any`
    .split(/\s+/)
    .filter((word) => word !== ''),
)

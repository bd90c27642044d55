import type { GateSimulation } from '../../bench/gate/results.ts'
import { judgementOf, referenceCases } from './reference-cases.ts'
import { bar, dot, line, path, picture, text } from './svg.ts'
import type { Colour } from './svg.ts'

const percent = (rate: number): string => `${(100 * rate).toFixed(1)}%`

/** How often a model that is no better is deployed: by the corrections alone, and by the gate. */
export function selectionPicture({ selection }: GateSimulation): string {
  const [left, bottom, height] = [70, 240, 170]
  const scale = (rate: number): number => bottom - rate * height
  const marks = [0, 0.5, 1].flatMap((rate) => [
    line(left, scale(rate), 700, scale(rate), 'line'),
    text(left - 8, scale(rate) + 4, `${100 * rate}%`, 'end', 'faint'),
  ])
  selection.forEach(({ gate, byCorrections, byGate }, index) => {
    const x = left + 40 + index * 210
    for (const [offset, rate, colour] of [
      [0, byCorrections, 'second'],
      [75, byGate, 'first'],
    ] as const) {
      const isHigh = rate > 0.2
      const top = Math.min(scale(rate), bottom - 2)
      marks.push(
        bar(x + offset, top, 60, bottom - top, colour),
        isHigh
          ? text(x + offset + 30, top + 18, percent(rate), 'middle', 'inside')
          : text(x + offset + 30, top - 6, percent(rate), 'middle'),
      )
    }
    marks.push(text(x + 67, bottom + 20, `${gate} corrections held out`, 'middle', 'faint'))
  })
  marks.push(bar(left + 40, 276, 12, 12, 'second'), text(left + 58, 287, 'more than 1 point better on the corrections'))
  marks.push(bar(left + 380, 276, 12, 12, 'first'), text(left + 398, 287, 'this gate'))
  return picture(720, 308, 'How often a model that is no better is deployed', marks)
}

/** How often a better model is deployed, by what it fixes. */
export function powerPicture({ power }: GateSimulation): string {
  const [left, right, bottom, height] = [70, 690, 270, 200]
  const shown: [gate: number, retention: number, colour: Colour][] = [
    [100, 400, 'third'],
    [40, 200, 'first'],
    [20, 100, 'second'],
  ]
  const most = 0.7
  const x = (fixed: number): number => left + (fixed / most) * (right - left)
  const y = (rate: number): number => bottom - rate * height
  const marks = [0, 0.2, 0.4, 0.6, 0.8, 1].flatMap((rate) => [
    line(left, y(rate), right, y(rate), rate === 0.8 ? 'faint' : 'line', 1, rate === 0.8),
    text(left - 8, y(rate) + 4, `${100 * rate}%`, 'end', 'faint'),
  ])
  for (const fixed of [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7])
    marks.push(text(x(fixed), bottom + 20, `${Math.round(100 * fixed)}%`, 'middle', 'faint'))
  marks.push(text((left + right) / 2, bottom + 42, 'share of the corrections that the model fixes', 'middle'))
  shown.forEach(([gate, retention, colour], index) => {
    const curve = power.find((row) => row.gate === gate && row.retention === retention)?.curve ?? []
    marks.push(
      path(
        curve.map(({ fixed, deployed }) => [x(fixed), y(deployed)] as const),
        colour,
      ),
    )
    const legend = left + index * 208
    marks.push(bar(legend, bottom + 58, 12, 12, colour), text(legend + 18, bottom + 69, `${gate} gate, ${retention} retention`))
  })
  return picture(720, 356, 'How often a better model is deployed', marks)
}

/** Estimates and intervals of three of the reference cases. */
export function intervalPicture(): string {
  const [left, right] = [290, 690]
  const x = (gain: number): number => left + ((gain + 0.12) / 0.21) * (right - left)
  const colours = { DEPLOY: 'third', ABSTAIN: 'first', REFUSE: 'second' } as const
  const marks = [-0.1, -0.05, 0, 0.05].flatMap((gain) => [
    line(x(gain), 60, x(gain), 236, gain === 0 ? 'faint' : 'line', gain === 0 ? 2 : 1),
    text(x(gain), 256, `${gain > 0 ? '+' : ''}${Math.round(100 * gain)}`, 'middle', 'faint'),
  ])
  marks.push(text((left + right) / 2, 280, 'gain in live accuracy, in points', 'middle'))
  const shown = [referenceCases[0], referenceCases[2], referenceCases[4]]
  shown.forEach((reference, index) => {
    if (reference === undefined) return
    const height = 92 + index * 58
    const { verdict, interval, estimate } = judgementOf(reference)
    const [gate, retention] = [reference.gate, reference.retention]
    marks.push(
      text(24, height - 4, verdict, 'start', 'title'),
      text(
        24,
        height + 14,
        `gate +${gate[0]} -${gate[1]} of ${gate[2]}, retention +${retention[0]} -${retention[1]} of ${retention[2]}`,
        'start',
        'faint',
      ),
      line(x(interval.lower), height, x(interval.upper), height, colours[verdict], 4),
      dot(x(estimate), height, colours[verdict]),
    )
  })
  return picture(720, 300, 'The estimate and what it could be by luck', marks)
}

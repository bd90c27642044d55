/** A picture with a title, on a ground of its own, so that it can be read on light and dark pages. Sizes in pixels. */
export function picture(width: number, height: number, title: string, marks: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">
<style>
  svg { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; --ground: #ffffff; --text: #1f2328; --faint: #59636e; --line: #d1d9e0; --first: #0969da; --second: #bc4c00; --third: #1a7f37; }
  @media (prefers-color-scheme: dark) { svg { --ground: #0d1117; --text: #f0f6fc; --faint: #9198a1; --line: #3d444d; --first: #4493f8; --second: #f0883e; --third: #3fb950; } }
  text { fill: var(--text); } .faint { fill: var(--faint); }  .inside { fill: var(--ground); } .title { font-size: 15px; font-weight: 600; }
</style>
<rect width="${width}" height="${height}" rx="8" fill="var(--ground)"/>
${text(24, 32, title, 'start', 'title')}
${marks.join('\n')}
</svg>
`
}

export type Colour = 'first' | 'second' | 'third' | 'line' | 'faint' | 'text'

export function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end' = 'start', kind = ''): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}"${kind === '' ? '' : ` class="${kind}"`}>${escaped(content)}</text>`
}

export function line(x1: number, y1: number, x2: number, y2: number, colour: Colour, width = 1, dashed = false): string {
  const dashes = dashed ? ' stroke-dasharray="5 4"' : ''
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="var(--${colour})" stroke-width="${width}"${dashes}/>`
}

export function bar(x: number, y: number, width: number, height: number, colour: Colour): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="2" fill="var(--${colour})"/>`
}

export function path(points: readonly (readonly [x: number, y: number])[], colour: Colour): string {
  const steps = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`)
  return `<path d="${steps.join(' ')}" fill="none" stroke="var(--${colour})" stroke-width="2.5" stroke-linejoin="round"/>`
}

export const dot = (x: number, y: number, colour: Colour): string =>
  `<circle cx="${round(x)}" cy="${round(y)}" r="5" fill="var(--${colour})"/>`

const round = (value: number): number => Math.round(value * 10) / 10
const escaped = (content: string): string => content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

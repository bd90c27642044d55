import type { LearningKind } from './learning.ts'
import { held } from './text.ts'
import type { Fields } from './text.ts'

const synonyms: Record<LearningKind, readonly string[]> = {
  correction: [
    'correction',
    'corrected',
    'user_correction',
    'feedback',
    'fix',
    'fixed',
    'edit',
    'edited',
    'preference',
    'rejected',
    'thumbs_down',
    'negative',
    'downvote',
    'disliked',
  ],
  pattern: ['pattern', 'rule', 'convention', 'insight'],
  error: ['error', 'failure', 'failed', 'exception', 'bug', 'mistake'],
  success: ['success', 'successful', 'succeeded', 'accepted', 'accept', 'approved', 'thumbs_up', 'positive', 'upvote', 'liked', 'passed'],
}

const kindOfWord = new Map<string, LearningKind>(
  (Object.keys(synonyms) as LearningKind[]).flatMap((kind) => synonyms[kind].map((word): [string, LearningKind] => [word, kind])),
)

/** The kind a word stands for ("thumbs-up" is a success), or undefined. */
function kindOf(word: unknown): LearningKind | undefined {
  if (typeof word !== 'string') return undefined
  return (
    kindOfWord.get(word) ??
    kindOfWord.get(
      word
        .trim()
        .toLowerCase()
        .replace(/[\s-]+/g, '_'),
    )
  )
}

/** The kind an entry states in `kind`, `type` or `event`, or undefined. */
export function statedKind(fields: Fields): LearningKind | undefined {
  return kindOf(fields['kind']) ?? kindOf(fields['type']) ?? kindOf(fields['event'])
}

/** The category: category, slice, a `type` that is no kind, the first tag, else "general". */
export function categoryOf(fields: Fields): string {
  const named = held(fields['category']) ?? held(fields['slice'])
  if (typeof named === 'string') return named
  const type = fields['type']
  if (typeof type === 'string' && type !== '' && kindOf(type) === undefined) return type
  const tags = fields['tags']
  const tag: unknown = Array.isArray(tags) ? tags[0] : typeof tags === 'string' ? tags.split(',')[0]?.trim() : undefined
  return typeof tag === 'string' && tag !== '' ? tag : 'general'
}

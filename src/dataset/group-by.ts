/** The members of each group, groups and members in the order given. (Map.groupBy needs Node 21.) */
export function groupBy<Member>(members: Iterable<Member>, keyOf: (member: Member) => string): Map<string, Member[]> {
  const groups = new Map<string, Member[]>()
  for (const member of members) {
    const key = keyOf(member)
    const group = groups.get(key)
    if (group) group.push(member)
    else groups.set(key, [member])
  }
  return groups
}

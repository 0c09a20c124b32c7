/** The groups of the user pool. A person may be in several; one in none may do nothing. */
export const roles = ['analyst', 'marketer', 'approver', 'admin'] as const;

export type Role = (typeof roles)[number];

/** What calls of the admin API ask for, and who may: the one place where that is said. */
export const permissions = {
  /** Definitions, sizes and reports: nothing about one person. */
  'see-numbers': ['analyst', 'marketer', 'approver', 'admin'],
  /** People, and what each was sent. */
  'see-people': ['marketer', 'approver', 'admin'],
  /** Segments, lists, templates, campaigns and their life. */
  market: ['marketer', 'admin'],
  /** To stop what goes wrong: whoever is there. */
  pause: ['marketer', 'approver', 'admin'],
  /** To say yes to another person's campaign. */
  approve: ['approver', 'admin'],
  /** Sources and their keys, webhooks, the sending policy, the quarantine. */
  administer: ['admin'],
} as const satisfies Readonly<Record<string, readonly Role[]>>;

export type Permission = keyof typeof permissions;

/** What a user with these roles may do. */
export const isPermitted = (permission: Permission, held: readonly Role[]): boolean =>
  permissions[permission].some((role) => held.includes(role));

/**
 * The roles in the claim `cognito:groups`, as API Gateway hands it over: the text `[a b]`. Groups of
 * other names are the company's own and give nothing.
 */
export function rolesOf(claim: unknown): readonly Role[] {
  const text = typeof claim === 'string' ? (/^\[(.*)\]$/.exec(claim)?.[1] ?? '') : '';
  const groups = new Set(text.split(' '));
  return roles.filter((role) => groups.has(role));
}

/** Why somebody who is known, but in no group that may, is refused. */
export const refusalOf = (permission: Permission, held: readonly Role[]): string => {
  const are = held.length === 0 ? 'You are in no group' : `You are ${listed(held, 'and')}`;
  const may = listed(permissions[permission], 'or');
  return `${are}, and this is for ${may}: ask an admin for the group.`;
};

const listed = (words: readonly Role[], joint: string): string => {
  const all = [...words];
  const last = all.pop();
  return all.length === 0 ? `${last}` : `${all.join(', ')} ${joint} ${last}`;
};

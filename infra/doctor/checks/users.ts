import type { Asked } from '../asked.ts';
import { command, type Finding, judged, ok, warning, wrong } from '../finding.ts';

export type UserFacts = {
  readonly pool: string;
  /** Names in the pool, which are no addresses; `isMore`: there are others that were not looked at. */
  readonly users: readonly string[];
  readonly isMore: boolean;
  /** Who is in any group. */
  readonly grouped: readonly string[];
  readonly admins: readonly string[];
};

export const checkUsers = (
  asked: Asked<UserFacts>,
  firstAdmin: string | undefined,
): readonly Finding[] =>
  judged('users', asked, (facts) => {
    const told = [...adminFindings(facts, firstAdmin), ...ungroupedFindings(facts)];
    return told.length > 0
      ? told
      : ok(
          'users',
          `${facts.users.length}${facts.isMore ? ' or more' : ''}, ${facts.admins.length} of them admin.`,
        );
  });

function adminFindings({ admins, users, pool }: UserFacts, firstAdmin: string | undefined) {
  if (admins.length > 0) return [];
  const [first] = users;
  return [
    first === undefined
      ? wrong(
          'users',
          'There is none: nobody can sign in.',
          command(
            'Make the first, with an address in $EMAIL and a password in $PASSWORD:',
            firstAdmin ?? '(the command of the output FirstAdmin)',
          ),
        )
      : wrong(
          'users',
          'None is in the group admin: nobody can make sources and keys, or clear the quarantine.',
          command('Put one into it:', groupCommand(pool, first, 'admin')),
        ),
  ];
}

function ungroupedFindings({ users, grouped, pool }: UserFacts): readonly Finding[] {
  const ungrouped = users.filter((user) => !grouped.includes(user));
  const [first] = ungrouped;
  if (first === undefined) return [];
  const who = ungrouped.length === 1 ? 'A user is' : `${ungrouped.length} users are`;
  return [
    warning(
      'users',
      `${who} in no group and may do nothing: ${shown(ungrouped)}.`,
      command(
        'Put each into analyst, marketer, approver or admin:',
        groupCommand(pool, first, 'marketer'),
      ),
    ),
  ];
}

const shown = (names: readonly string[]): string =>
  [...names.slice(0, 3), ...(names.length > 3 ? ['...'] : [])].join(', ');

const groupCommand = (pool: string, user: string, group: string): string =>
  `aws cognito-idp admin-add-user-to-group --user-pool-id ${pool} --username ${user} --group-name ${group}`;

import {
  type CognitoIdentityProviderClient,
  ListUsersCommand,
  ListUsersInGroupCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-cognito-identity-provider';
import { type Role, roles } from '../../../shared/domain/access/permission.ts';
import { type Asked, ask, both, mapped } from '../asked.ts';
import type { UserFacts } from '../checks/users.ts';
import { allPages } from '../pages.ts';

/** A company whose marketing is more people than these pages hold is told of the first. */
const userPages = 10;

export async function askUsers(
  users: CognitoIdentityProviderClient,
  pool: string,
): Promise<Asked<UserFacts>> {
  const all = await ask('cognito-idp:ListUsers', () =>
    allPages(async (token) => {
      const answer = await users.send(
        // Their addresses are nobody's business here.
        new ListUsersCommand({ UserPoolId: pool, AttributesToGet: [], PaginationToken: token }),
      );
      return { rows: answer.Users, next: answer.PaginationToken };
    }, userPages),
  );
  const members = await ask('cognito-idp:ListUsersInGroup', async () =>
    Promise.all(roles.map(async (role) => ({ role, names: await inGroup(users, pool, role) }))),
  );
  return mapped(both(all, members), ([{ rows, isMore }, groups]) => ({
    pool,
    users: rows.filter(({ Enabled }) => Enabled !== false).map(({ Username = '' }) => Username),
    isMore,
    grouped: groups.flatMap(({ names }) => names),
    admins: groups.filter(({ role }) => role === 'admin').flatMap(({ names }) => names),
  }));
}

async function inGroup(
  users: CognitoIdentityProviderClient,
  pool: string,
  role: Role,
): Promise<readonly string[]> {
  try {
    const { rows } = await allPages(async (token) => {
      const answer = await users.send(
        new ListUsersInGroupCommand({ UserPoolId: pool, GroupName: role, NextToken: token }),
      );
      return { rows: answer.Users, next: answer.NextToken };
    }, userPages);
    return rows.filter(({ Enabled }) => Enabled !== false).map(({ Username = '' }) => Username);
  } catch (error) {
    // A deployment from before there were groups.
    if (error instanceof ResourceNotFoundException) return [];
    throw error;
  }
}

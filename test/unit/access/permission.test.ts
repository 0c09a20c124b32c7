import { describe, expect, it } from 'vitest';
import { rolesOf } from '../../../shared/domain/access/permission.ts';

describe('the roles in a token’s groups', () => {
  const cases: readonly (readonly [unknown, readonly string[]])[] = [
    ['[admin]', ['admin']],
    ['[marketer approver]', ['marketer', 'approver']],
    ['[]', []],
    [undefined, []],
    ['admin', []],
    ['[Admin]', []],
    ['[admins]', []],
    ['[not-admin admin-of-another]', []],
    ['[staff eu-west-1_abc_Google marketer]', ['marketer']],
    ['["admin"]', []],
    [['admin'], []],
  ];
  it.each(cases)('%j gives %j', (claim, roles) => {
    expect(rolesOf(claim)).toEqual(roles);
  });
});

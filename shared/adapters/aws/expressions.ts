import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Condition, Update, Value } from '../../ports/table.ts';
import { attemptAttribute, toAttribute } from './attributes.ts';

/** Collects an expression's names and values behind placeholders: any name may be a reserved word. */
export class Expressions {
  readonly #names = new Map<string, string>();
  readonly #values: Record<string, AttributeValue> = {};
  #valueCount = 0;

  name(attribute: string): string {
    const known = this.#names.get(attribute);
    if (known !== undefined) return known;
    const placeholder = `#n${this.#names.size}`;
    this.#names.set(attribute, placeholder);
    return placeholder;
  }

  value(value: Value | Uint8Array): string {
    const placeholder = `:v${this.#valueCount}`;
    this.#valueCount += 1;
    this.#values[placeholder] = toAttribute(value);
    return placeholder;
  }

  /** The request's fields; DynamoDB refuses empty ones. */
  fields() {
    const names = [...this.#names].map(([attribute, placeholder]) => [placeholder, attribute]);
    return {
      ...(names.length > 0 ? { ExpressionAttributeNames: Object.fromEntries(names) } : {}),
      ...(this.#valueCount > 0 ? { ExpressionAttributeValues: this.#values } : {}),
    };
  }
}

export const conditionOf = (when: Condition, expressions: Expressions): string => {
  if ('absent' in when) return `attribute_not_exists(${expressions.name('pk')})`;
  if ('present' in when) return `attribute_exists(${expressions.name('pk')})`;
  return `${expressions.name(when.attribute)} = ${expressions.value(when.equals)}`;
};

/** Holds unless the item's last write was this very attempt: a repeat must not add twice. */
export const notThisAttempt = (attempt: string, expressions: Expressions): string => {
  const name = expressions.name(attemptAttribute);
  return `(attribute_not_exists(${name}) OR ${name} <> ${expressions.value(attempt)})`;
};

/** The update expression. A transaction wants one even of an update that only creates its item. */
export const updateOf = (
  update: Pick<Update, 'set' | 'add' | 'remove'>,
  expressions: Expressions,
): string => {
  const clause = (word: string, parts: readonly string[]): string[] =>
    parts.length === 0 ? [] : [`${word} ${parts.join(', ')}`];
  const set = Object.entries(update.set ?? {}).filter(([, value]) => value !== undefined);
  const add = Object.entries(update.add ?? {});
  const clauses = [
    ...clause(
      'SET',
      set.map(([name, value]) => `${expressions.name(name)} = ${expressions.value(value)}`),
    ),
    ...clause(
      'ADD',
      add.map(([name, amount]) => `${expressions.name(name)} ${expressions.value(amount)}`),
    ),
    ...clause(
      'REMOVE',
      (update.remove ?? []).map((name) => expressions.name(name)),
    ),
  ];
  if (clauses.length === 0) return `REMOVE ${expressions.name(attemptAttribute)}`;
  return clauses.join(' ');
};

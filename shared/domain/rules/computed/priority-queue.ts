/** A binary heap (Williams 1964): the first of its items by an order, as items are put and taken. */
export class PriorityQueue<One> {
  readonly #items: One[] = [];
  readonly #isBefore: (one: One, other: One) => boolean;

  constructor(isBefore: (one: One, other: One) => boolean) {
    this.#isBefore = isBefore;
  }

  first(): One | undefined {
    return this.#items[0];
  }

  put(item: One): void {
    const items = this.#items;
    let place = items.length;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = items[above];
      if (parent === undefined || !this.#isBefore(item, parent)) break;
      items[place] = parent;
      place = above;
    }
    items[place] = item;
  }

  takeFirst(): void {
    const items = this.#items;
    const last = items.pop();
    if (last === undefined || items.length === 0) return;
    let place = 0;
    for (;;) {
      const below = this.#firstBelow(place);
      const child = items[below];
      if (child === undefined || !this.#isBefore(child, last)) break;
      items[place] = child;
      place = below;
    }
    items[place] = last;
  }

  #firstBelow(place: number): number {
    const [left, right] = [2 * place + 1, 2 * place + 2];
    const [one, other] = [this.#items[left], this.#items[right]];
    if (one === undefined || other === undefined) return left;
    return this.#isBefore(other, one) ? right : left;
  }
}

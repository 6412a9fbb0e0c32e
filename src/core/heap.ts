/** A binary heap whose items know where they are, so that any of them can be taken out. */
export class Heap<Item extends { slot: number }> {
  readonly #items: Item[] = [];
  readonly #before: (a: Item, b: Item) => boolean;

  /** `before` tells which of two items comes first. An item's `slot` is -1 while it is in no heap. */
  constructor(before: (a: Item, b: Item) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  get first(): Item | undefined {
    return this.#items[0];
  }

  add(item: Item): void {
    this.#place(item, this.#items.length);
    this.#rise(item);
  }

  /** Takes out an item that is in it. */
  remove(item: Item): void {
    const last = this.#items.pop() as Item;
    if (last !== item) {
      this.#place(last, item.slot);
      this.#rise(last);
      this.#sink(last);
    }
    item.slot = -1;
  }

  #place(item: Item, slot: number): void {
    this.#items[slot] = item;
    item.slot = slot;
  }

  #rise(item: Item): void {
    let slot = item.slot;
    while (slot > 0) {
      const parentSlot = (slot - 1) >> 1;
      const parent = this.#items[parentSlot] as Item;
      if (!this.#before(item, parent)) break;
      this.#place(parent, slot);
      slot = parentSlot;
    }
    this.#place(item, slot);
  }

  #sink(item: Item): void {
    let slot = item.slot;
    for (;;) {
      const left = 2 * slot + 1;
      if (left >= this.#items.length) break;
      const right = left + 1;
      const least =
        right < this.#items.length && this.#before(this.#items[right] as Item, this.#items[left] as Item) ? right : left;
      const child = this.#items[least] as Item;
      if (!this.#before(child, item)) break;
      this.#place(child, slot);
      slot = least;
    }
    this.#place(item, slot);
  }
}

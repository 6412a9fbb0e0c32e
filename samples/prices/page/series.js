/** Milliseconds that are shown. */
export const WINDOW = 60_000;

/** A symbol's prices of the last minute, oldest first. */
export class Series {
  /** @type {[at: number, price: number][]} */
  points = [];

  /** Replaces all; the history that comes after a reconnection leaves no gap. */
  reset(points) {
    this.points = [...points];
    this.#forget();
  }

  /** Adds a price; one that the history had already is not added again. */
  add(at, price) {
    if (at <= this.lastAt) return;
    this.points.push([at, price]);
    this.#forget();
  }

  get lastAt() {
    return this.points.at(-1)?.[0] ?? 0;
  }

  get last() {
    return this.points.at(-1)?.[1] ?? 0;
  }

  /** How far it is from where it was a minute ago, as a part of that. */
  get change() {
    const [, first] = this.points[0] ?? [0, 0];
    return first === 0 ? 0 : this.last / first - 1;
  }

  get low() {
    return Math.min(...this.points.map(([, price]) => price));
  }

  get high() {
    return Math.max(...this.points.map(([, price]) => price));
  }

  /** The point nearest to a time. */
  near(at) {
    const distance = (point) => Math.abs(point[0] - at);
    return this.points.reduce((best, point) => (distance(point) < distance(best) ? point : best));
  }

  /** One point before the window stays, so that the line comes in from its edge. */
  #forget() {
    const first = this.points.findIndex(([at]) => at > this.lastAt - WINDOW);
    if (first > 1) this.points.splice(0, first - 1);
  }
}

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { handshake, RawClient, request } from '../support/raw-client.js';
import { type Program, run } from './program.js';

let prices: Program;

beforeAll(async () => {
  prices = await run('prices');
});

afterAll(async () => {
  await prices.stop();
});

interface Moved {
  readonly type: string;
  readonly symbol: string;
  readonly price: number;
  readonly at: number;
}

test('one symbol: its history, then its moves and no others', async () => {
  const client = await RawClient.open(prices.socketUrl, '/prices/HERD');
  const history = JSON.parse(await client.nextText());
  expect(history).toMatchObject({ type: 'history', symbol: 'HERD' });
  expect(history.points.length).toBeGreaterThan(100);
  let last: number = history.points.at(-1)[0];
  for (let i = 0; i < 3; i++) {
    const moved: Moved = JSON.parse(await client.nextText());
    expect(moved).toEqual({ type: 'moved', symbol: 'HERD', price: expect.any(Number), at: expect.any(Number) });
    expect(moved.at).toBeGreaterThanOrEqual(last);
    expect(moved.price).toBeGreaterThan(0);
    last = moved.at;
  }
});

test('the board: all symbols, then the moves of each', async () => {
  const client = await RawClient.open(prices.socketUrl, '/prices');
  const board = JSON.parse(await client.nextText());
  expect(board.type).toBe('board');
  const listed = board.listings.map(({ symbol }: { symbol: string }) => symbol).sort();
  const moved = new Set<string>();
  while (moved.size < listed.length) moved.add((JSON.parse(await client.nextText()) as Moved).symbol);
  expect([...moved].sort()).toEqual(listed);
});

test('an unknown symbol is answered 404', async () => {
  expect(await request(prices.socketUrl, handshake('/prices/NOPE'))).toMatchObject({ status: 404, body: 'No such symbol.\n' });
});

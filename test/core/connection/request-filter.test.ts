import { describe, expect, test } from '@jest/globals';
import { WebSocketHandler } from 'vaquero';
import { DOORS } from '../../support/doors.js';

describe.each(DOORS)('$name', (door) => {
  test.each([[undefined], [null], ['/a']])('a requestFilter that answers %p is refused with 500, and reported', async (kept) => {
    @WebSocketHandler('/', { requestFilter: () => kept as never })
    class Filtered {}
    const server = await door.open([Filtered]);
    const reported = server.nextError();
    expect((await server.knock('/')).status).toBe(500);
    const { error, context } = await reported;
    expect(error).toMatchObject({ code: 'VAQUERO_INVALID_OPTION' });
    expect(error.message).toMatch(/^Filtered: option requestFilter must answer an object, got /);
    expect(context).toEqual({ stage: 'make', handler: 'Filtered' });
    expect(server.connections).toBe(0);
  });
});

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../server/contract/time.ts';
import { scenarioByName } from '../../simulator/scenarios/index.ts';
import { streamLive } from '../../simulator/stream.ts';
import { MONDAY_MS, testCity } from '../simulator/helper.ts';

/** What a service was sent, and how it answers positions. */
let url: string;
let status = 200;
const positions: any[][] = [];
const server = createServer(async (request, response) => {
  const body = await text(request);
  const isEvents = request.url === '/api/v1/events';
  if (!isEvents) positions.push(JSON.parse(body));
  const accepted = body.split('\n').length - 1;
  response.statusCode = isEvents ? 200 : status;
  response.end(JSON.stringify(isEvents ? { accepted, duplicates: 0, rejected: [] } : { detail: 'no key' }));
});
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

/** Streams a Monday morning at half past nine, five minutes of the city in half a second. */
async function stream(changes: { positions?: boolean } = {}): Promise<string[]> {
  positions.length = 0;
  const notes: string[] = [];
  const started = Date.now();
  const morning = MONDAY_MS + 9.5 * HOUR_MS;
  await streamLive({
    city: testCity(),
    scenario: scenarioByName('ordinary-day'),
    url,
    rate: 1,
    seconds: 300,
    batch_ms: 5,
    register: false,
    positions: true,
    now: () => morning + (Date.now() - started) * 600,
    onNote: (note) => notes.push(note),
    ...changes,
  });
  return notes;
}

describe('streamLive', () => {
  it('reports the mobile libraries as their phones do, each position once', async () => {
    status = 200;
    expect(await stream()).toEqual([]);
    const messages = positions.flat();
    expect(new Set(messages.map((one) => one.device_id)).size).toBeGreaterThan(10);
    const keys = messages.map((one) => `${one.device_id} ${one.location.timestamp}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(messages.some((one) => one.location.is_moving)).toBe(true);
    expect(messages.some((one) => !one.location.is_moving)).toBe(true);
  });

  it('says once that a service does not take positions, and goes on with its events', async () => {
    status = 401;
    const notes = await stream();
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/positions of mobile libraries are not sent any more.*401/);
    expect(positions).toHaveLength(1);
  });

  it('leaves positions out unless they are asked for', async () => {
    await stream({ positions: false });
    expect(positions).toEqual([]);
  });
});

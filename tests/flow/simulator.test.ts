import { afterAll, beforeAll, expect, it } from 'vitest';
import { runNode } from '../commands/child.ts';
import { LiveClient } from '../helper/live-client.ts';
import { startTestService, type TestService } from '../helper/service.ts';

// The whole way: the simulator's own command → HTTP → engine → rollups → socket.

let service: TestService;

beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

async function simulate(...options: string[]) {
  const command = ['simulator/main.ts', '--url', service.url, '--seed', '7', ...options];
  const { code, stdout, stderr: errors } = await runNode(command);
  return {
    code,
    summary: stdout.trim() === '' ? undefined : JSON.parse(stdout.trim().split('\n').at(-1) ?? ''),
    errors,
  };
}

it('what the simulator sends is counted once in raw rows, rollups, coverage, status and on the live map', async () => {
  const client = new LiveClient(service.url);
  await client.subscribe({ level: 'ward' });
  await client.until(() => client.snapshots === 1);
  const { code, summary, errors } = await simulate('--rate', '200', '--seconds', '4', '--scenario', 'messy');
  expect(errors).not.toMatch(/Error/);
  expect(code).toBe(0);
  expect(summary.accepted).toBeGreaterThan(500);
  expect(summary.duplicates).toBeGreaterThan(0);
  const { body: status } = await service.get('/api/v1/status');
  expect(status.events).toBe(summary.accepted);
  expect(status.rejected).toEqual(summary.rejected);

  const day = new Date(Date.now() - 40 * 86_400_000);
  const from = `${new Date(day.getTime() + 7 * 3_600_000).toISOString().slice(0, 10)}T00:00:00+07:00`;
  const { body: all } = await service.get(`/api/v1/coverage?from=${encodeURIComponent(from)}`);
  expect(all.city.events).toBe(summary.accepted);

  const { body: today } = await service.get('/api/v1/coverage?basis=place');
  const live = () => [...client.areas.values()].reduce((sum, area) => sum + (area[1] ?? 0), 0);
  const located = today.areas.reduce((sum: number, area: any) => sum + area.events, 0);
  expect(located).toBeGreaterThan(0);
  await client.until(() => live() === located);
  for (const area of today.areas) {
    expect(client.areas.get(area.code)).toEqual([area.code, area.events, area.learners, area.minutes]);
  }
  client.close();
});

it('the sources of the city are registered, so its events are not flagged as of an unregistered source', async () => {
  const { body } = await service.get('/api/v1/sources');
  const registered = body.sources.filter((source: any) => source.registered);
  expect(registered.length).toBeGreaterThan(380);
  expect(new Set(registered.map((source: any) => source.kind)).size).toBeGreaterThan(3);
});

it('wrong use ends with 2 and says what is allowed', async () => {
  const { code, errors } = await simulate('--scenario', 'sunny');
  expect(code).toBe(2);
  expect(errors).toMatch(/ordinary-day, lifelong-learning-week, one-district-silent, late-buses, messy/);
});

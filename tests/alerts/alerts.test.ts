import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKey } from '../../server/access/keys.ts';
import { webhookKey, webhookSignature } from '../../server/alerts/webhook.ts';
import { DAY_MS, HOUR_MS, startOfCityDay, toCityIso } from '../../server/contract/time.ts';
import { hearing, untilStored } from '../campaign/heard.ts';
import { LiveClient } from '../helper/live-client.ts';
import { anEvent, startTestService, type TestService, temporaryDir } from '../helper/service.ts';
import { aRow, insertRows } from '../store/open-config.ts';

const ADMIN_KEY = 'a-test-admin-key-of-enough-length';
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const admin = { authorization: `Bearer ${ADMIN_KEY}` };
const dataDir = temporaryDir();

type Received = { headers: IncomingMessage['headers']; body: string };
/** A receiver that refuses until it is told to take what comes, and tells of everything that came. */
class Receiver {
  readonly received: Received[] = [];
  takes = false;
  #waiting: (() => void)[] = [];
  readonly #server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    this.received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.writeHead(this.takes ? 204 : 503).end();
    for (const resolve of this.#waiting.splice(0)) resolve();
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/alerts`;
  }
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const receiver = new Receiver();
let settings: Record<string, string>;
let service: TestService;
let leaderKey: string;
let viewerKey: string;

const NOW = Date.now();
/** A full hour of a working day that is over: what is looked at is the hour before it. */
const HOUR = startOfCityDay(NOW) - DAY_MS + 10 * HOUR_MS;

beforeAll(async () => {
  settings = { ADMIN_KEY, WEBHOOK_URL: await receiver.listen(), WEBHOOK_SECRET: SECRET };
  service = await startTestService(settings, dataDir);
  leaderKey = (await createKey(service.store, { role: 'leader', name: 'a leader' })).key;
  viewerKey = (await createKey(service.store, { role: 'viewer', name: 'a viewer' })).key;
});
afterAll(async () => {
  await service.stop();
  receiver.close();
});

describe('alerts', () => {
  it('are raised once for a surge: told to leaders, listed, and sent to the webhook, signed, until it takes them', async () => {
    const leader = new LiveClient(service.url, leaderKey);
    const viewer = new LiveClient(service.url, viewerKey);
    const heard = hearing(leader, 'alert:raised');
    const unheard = hearing(viewer, 'alert:raised');
    await leader.subscribe({});
    await viewer.subscribe({});
    const at = (week: number, i: number) => toCityIso(HOUR - HOUR_MS - week * 7 * DAY_MS + i * 1_000);
    const hour = (week: number, ward: string, events: number) =>
      Array.from({ length: events }, (_, i) =>
        anEvent({ ward, occurred_at: at(week, i), source_id: `clc-${ward}` }),
      );
    await service.send(
      [1, 2, 3, 4].flatMap((week) => [...hour(week, '26740', 100), ...hour(week, '27265', 20)]),
      admin,
    );
    await service.send([...hour(0, '26740', 100), ...hour(0, '27265', 90)], admin);
    await untilStored(service, 670);
    const { alerts } = service.app.services;
    const raised = await alerts.look(HOUR);
    // The ward, and its former district.
    expect(raised.map(({ kind, area }) => [kind, area])).toEqual(
      expect.arrayContaining([['surge', '27265']]),
    );
    expect(raised.map(({ area }) => area)).not.toContain('26740');
    expect(await alerts.look(HOUR)).toEqual([]);
    const told = await heard.first(({ area }) => area === '27265');
    expect(told).toMatchObject({ kind: 'surge', value: 90 });
    expect(told.text).toMatch(/^Phường .*: 90 lượt học trong một giờ/);
    const listed = (await service.get('/api/v1/alerts?kind=surge', { authorization: `Bearer ${leaderKey}` }))
      .body.alerts;
    expect(listed.filter((alert: any) => alert.area === '27265')).toMatchObject([
      { ...told, acknowledged: null },
    ]);
    expect((await service.get('/api/v1/alerts', { authorization: `Bearer ${viewerKey}` })).status).toBe(403);

    const of = (id: string) => receiver.received.filter(({ headers }) => headers['webhook-id'] === id);
    await receiver.until(() => of(told.id).length >= 2);
    const [first, second] = of(told.id);
    for (const { headers, body } of [first, second] as Received[]) {
      const timestamp = Number(headers['webhook-timestamp']);
      expect(headers['webhook-signature']).toBe(
        webhookSignature(webhookKey(SECRET), told.id, timestamp, body),
      );
      expect(JSON.parse(body)).toMatchObject({ type: 'alert.raised', data: { id: told.id, kind: 'surge' } });
    }
    expect(second?.body).toBe(first?.body);
    expect(unheard.messages).toEqual([]);
    leader.close();
    viewer.close();
  });

  it('that the webhook did not take are sent after a restart, and raised no second time', async () => {
    await service.stop({ keep: true });
    receiver.takes = true;
    const before = receiver.received.length;
    const ids = new Set(receiver.received.map(({ headers }) => headers['webhook-id']));
    service = await startTestService(settings, dataDir);
    await receiver.until(() => {
      const again = receiver.received.slice(before).map(({ headers }) => headers['webhook-id']);
      return [...ids].every((id) => again.includes(id));
    });
    expect(await service.app.services.alerts.look(HOUR)).toEqual([]);
  });

  it('of a place that fell silent name it, and can be acknowledged with a note', async () => {
    // Heard within the hour, morning and afternoon, until three days ago.
    const rows = Array.from({ length: 40 }, (_, day) => day + 3).flatMap((day) =>
      [8, 9, 10, 14, 15, 16].map((hour) => {
        const occurred_at = startOfCityDay(NOW) - day * DAY_MS + hour * HOUR_MS;
        return aRow({
          source_id: 'clc-quiet',
          ward: '26737',
          occurred_at,
          received_at: occurred_at + 60_000,
        });
      }),
    );
    await insertRows(service.store, rows, 'a place that fell silent');
    service.app.services.answers.clear();
    await fetch(`${service.url}/api/v1/sources/clc-quiet`, {
      method: 'PUT',
      headers: { ...admin, 'content-type': 'application/json' },
      body: JSON.stringify({ source: 'centre', name: 'Trung tâm Yên Lặng', kind: 'centre', ward: '26737' }),
    });
    const raised = await service.app.services.alerts.look(NOW);
    const [alert] = raised.filter(({ kind }) => kind === 'silent');
    expect(alert).toMatchObject({ source_id: 'clc-quiet', area: '26737' });
    expect(alert?.text).toContain('Trung tâm Yên Lặng không báo cáo');
    const acknowledge = (id: string, body: unknown) =>
      fetch(`${service.url}/api/v1/alerts/${id}/acknowledge`, {
        method: 'POST',
        headers: { authorization: `Bearer ${leaderKey}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const client = new LiveClient(service.url, leaderKey);
    const heard = hearing(client, 'alert:acknowledged');
    await client.subscribe({});
    const answer = (await (await acknowledge(alert?.id ?? '', { note: 'đã gọi điện' })).json()) as any;
    expect(answer.acknowledged).toMatchObject({ note: 'đã gọi điện' });
    expect((await heard.first(() => true)).id).toBe(alert?.id);
    client.close();
    const open = (await service.get('/api/v1/alerts?state=open', admin)).body.alerts;
    expect(open.map(({ id }: any) => id)).not.toContain(alert?.id);
    const seen = (await service.get('/api/v1/alerts?state=acknowledged', admin)).body.alerts;
    expect(seen).toEqual([answer]);
    expect((await acknowledge('nothing-of-that-name', {})).status).toBe(404);
    expect((await acknowledge(alert?.id ?? '', { note: 7 })).status).toBe(400);
  });
});

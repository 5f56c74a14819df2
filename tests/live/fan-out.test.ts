import type { Socket } from 'node:net';
import { inflateRawSync, constants as zlib } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restartUnder } from '../../bench/fanout.ts';
import { eventOf, type Frame, RawClient, textOf } from '../../bench/raw-client.ts';
import { bundleOf } from '../../server/live/fan-out.ts';
import { LiveClient } from '../helper/live-client.ts';
import { anEvent, startTestService, type TestService } from '../helper/service.ts';

/** Header and payload of the first frame of some bytes. */
function split(bytes: Buffer): { first: number; payload: Buffer; rest: Buffer } {
  const short = (bytes[1] as number) & 0x7f;
  const start = short === 126 ? 4 : short === 127 ? 10 : 2;
  const length =
    short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  return {
    first: bytes[0] as number,
    payload: bytes.subarray(start, start + length),
    rest: bytes.subarray(start + length),
  };
}

describe('a bundle', () => {
  it('holds every message once, plain and compressed, whatever its length', () => {
    for (const length of [1, 100, 125, 126, 600, 70_000]) {
      const messages = [
        ['area:changed', 'ă'.repeat(length)],
        ['event:seen', { points: [] }],
      ] as const;
      const { plain, deflated } = bundleOf('/live', messages);
      let bytes = plain.wsPreEncodedFrame[0];
      let packed = deflated.wsPreEncodedFrame[0];
      for (const message of messages) {
        const whole = split(bytes);
        const small = split(packed);
        expect(whole.payload.toString()).toBe(`42/live,${JSON.stringify(message)}`);
        const inflated =
          (small.first & 0x40) === 0
            ? small.payload
            : inflateRawSync(small.payload, { finishFlush: zlib.Z_SYNC_FLUSH });
        expect(inflated.equals(whole.payload)).toBe(true);
        bytes = whole.rest;
        packed = small.rest;
      }
      expect(bytes).toHaveLength(0);
      expect(packed).toHaveLength(0);
    }
  });

  it('of a change of every ward weighs at most 2 kB', () => {
    const areas = Array.from({ length: 168 }, (_, i) => [
      `${26_500 + ((i * 379) % 1_300)}`,
      (i * 7_919) % 9_000,
      (i * 104_729) % 6_000,
      (i * 1_299_709) % 400_000,
    ]);
    const message = { as_of: '2026-11-20T09:15:00.123+07:00', lag_ms: 12, seq: 1_234, areas };
    const { plain, deflated } = bundleOf('/live', [['area:changed', message]]);
    expect(plain.wsPreEncodedFrame[0].length).toBeGreaterThan(3_500);
    expect(deflated.wsPreEncodedFrame[0].length).toBeLessThanOrEqual(2_000);
  });
});

describe('clients', () => {
  let service: TestService;
  const connections: Socket[] = [];
  beforeAll(async () => {
    service = await startTestService();
    service.app.server.on('connection', (socket: Socket) => connections.push(socket));
  });
  afterAll(() => service.stop());

  it('that agreed on compression get the snapshot compressed, the same for all', async () => {
    const frames = await Promise.all([snapshotOf(service.url), snapshotOf(service.url)]);
    for (const frame of frames) expect(frame.deflated).toBe(true);
    expect(frames[0]?.payload.equals(frames[1]?.payload ?? Buffer.alloc(0))).toBe(true);
    const [event, message] = eventOf(textOf(frames[0] as Frame)) ?? [];
    expect(event).toBe('area:snapshot');
    expect((message as { areas: unknown[] }).areas).toHaveLength(168);
  });

  it('that do not read hold up nobody, keep one message waiting, and go on from a snapshot', async () => {
    const slow = new LiveClient(service.url);
    await slow.subscribe({});
    await slow.until(() => slow.snapshots === 1);
    const held = connections.at(-1) as Socket;
    const other = new LiveClient(service.url);
    await other.subscribe({});
    await other.until(() => other.snapshots === 1);
    // As if its network took nothing any more: what is written stays here.
    held.cork();
    const heard = slow.messages.length;
    let waiting = 0;
    for (let i = 1; i <= 5; i++) {
      await service.send(
        Array.from({ length: 168 }, (_, n) => anEvent({ ward: '27265', learner_id: `${n}` })),
      );
      await other.until(() => other.areas.get('27265')?.[1] === 168 * i);
      if (i === 1) waiting = held.writableLength;
    }
    expect(waiting).toBeGreaterThan(0);
    expect(held.writableLength).toBe(waiting);
    held.uncork();
    await slow.until(() => slow.snapshots === 2);
    expect(slow.messages.length - heard).toBe(2);
    expect(slow.areas.get('27265')).toEqual(other.areas.get('27265'));
    await service.send([anEvent({ ward: '26740' })]);
    await slow.until(() => slow.areas.get('26740')?.[1] === 1);
    expect(slow.messages.at(-1)?.seq).toBe((slow.messages.at(-2)?.seq ?? 0) + 1);
    slow.close();
    other.close();
  });
});

describe('a service that is killed under its clients', () => {
  it('has all of them back with the figures that raw rows give', async () => {
    // How fast is for the benchmark to say, on a machine that does nothing else.
    const { exact, events } = await restartUnder(20, () => undefined);
    expect(exact).toBe(true);
    expect(events).toBeGreaterThan(0);
  });
});

/** The frame of a new client's snapshot. */
function snapshotOf(url: string): Promise<Frame> {
  return new Promise((resolve) => {
    const client = new RawClient(url, {
      onFrame: (frame) => {
        const text = textOf(frame);
        if (text.startsWith('40/live')) client.send('42/live,0["subscribe",{"level":"ward"}]');
        if (eventOf(text)?.[0] !== 'area:snapshot') return;
        client.close();
        resolve({ ...frame, payload: Buffer.from(frame.payload) });
      },
      onClose: () => undefined,
    });
  });
}

import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { surges, upperBound } from '../../server/alerts/surge.ts';
import { webhookKey, webhookSignature } from '../../server/alerts/webhook.ts';

const steady = [100, 104, 96, 100];

describe('a surge', () => {
  it('is over the bound of Farrington’s test, worked by hand', () => {
    // Mean 100, χ² = 32/100 so φ = 1; variance 100 + 100/4; 100·(1 + 2/3·4.26·√125/100)^1.5.
    expect(upperBound(steady).expected).toBe(100);
    expect(upperBound(steady).bound).toBeCloseTo(151.2, 0);
  });

  it('is a count far over the same hours of past weeks, at least twice as much', () => {
    const city = { area: '', events: 1_000, before: [1_000, 1_010, 990, 1_000] };
    const of = (events: number) => surges(city, [{ area: '27265', events, before: steady }]);
    expect(of(260)).toMatchObject([{ area: '27265', events: 260, expected: 100 }]);
    expect(of(180)).toEqual([]);
    expect(of(100)).toEqual([]);
  });

  it('is none where past weeks differ as much among themselves', () => {
    const city = { area: '', events: 1_000, before: [1_000, 1_010, 990, 1_000] };
    expect(surges(city, [{ area: '27265', events: 260, before: [20, 250, 30, 100] }])).toEqual([]);
  });

  it('is one of the city, not of its wards, when a campaign lifts all alike', () => {
    const city = { area: '', events: 3_000, before: [1_000, 1_010, 990, 1_000] };
    expect(surges(city, [{ area: '27265', events: 300, before: steady }]).map(({ area }) => area)).toEqual([
      '',
    ]);
  });

  it('is not found in a few events, nor with fewer than three weeks', () => {
    const city = { area: '', events: 40, before: [40, 40, 40] };
    expect(surges(city, [{ area: '27265', events: 29, before: [0, 0, 0] }])).toEqual([]);
    expect(surges({ area: '', events: 900, before: [10, 10] }, [])).toEqual([]);
  });
});

describe('the signature of a webhook', () => {
  it('is that of the Standard Webhooks specification', () => {
    // The example of the specification’s own libraries.
    const key = webhookKey('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    const body = '{"test": 2432232314}';
    expect(webhookSignature(key, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, body)).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });

  it('takes a secret that is no base64 as it stands', () => {
    const text = 'a secret: not base64';
    const expected = createHmac('sha256', text).update('id.1.{}').digest('base64');
    expect(webhookSignature(webhookKey(text), 'id', 1, '{}')).toBe(`v1,${expected}`);
  });
});

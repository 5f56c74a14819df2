import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { LEARNER_GROUPS } from '../../server/contract/event.ts';
import { DAY_MS, startOfCityDay, toCityIso } from '../../server/contract/time.ts';
import { anEvent } from '../helper/service.ts';
import { faultsOf, startVisit } from './browser.ts';

// The ward brief as a council gets it: printed. The ward has everything that can be said of one, so its page is full.

const POOR = '27592'; // Bà Điểm

const { open } = startVisit(async (service) => {
  const wards = service.app.services.geography.division('2025').wards.map((ward) => ward.code);
  const yesterday = startOfCityDay(Date.now()) - DAY_MS;
  const learn = (ward: string, i: number) =>
    anEvent({
      ward,
      ...(i % 3 === 0 ? {} : { home_ward: ward }),
      ...(ward === POOR && i > 6 ? { headcount: 30 } : { learner_id: randomUUID() }),
      learner_group: [LEARNER_GROUPS[i % 8] ?? 'other'],
      occurred_at: toCityIso(yesterday + 9 * 3_600_000),
    });
  const events = wards.flatMap((ward) => Array.from({ length: 24 }, (_, i) => learn(ward, i)));
  expect((await service.send(events)).body.accepted).toBe(events.length);
  for (let i = 0; i < 6; i++) {
    const answer = await fetch(`${service.url}/api/v1/sources/clc-${i}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        source: 'centre',
        kind: 'centre',
        name: `Trung tâm học tập cộng đồng liên phường xã số ${i}, cơ sở tại trường trung học cơ sở`,
        lon: 106.6 + i / 500,
        lat: 10.84,
      }),
    });
    expect(answer.status).toBe(200);
  }
});

describe.each(['vi', 'en'])('the ward brief in %s', (lang) => {
  test('prints on exactly one page, loads nothing and breaks no policy', async () => {
    const { page, misdeeds } = await open(`/brief/${POOR}?lang=${lang}`);
    expect(await page.locator('.marks li').count()).toBeGreaterThanOrEqual(3);
    expect(await page.locator('.map path').count()).toBeGreaterThan(5);
    const pdf = (await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString('latin1');
    expect(pdf.match(/\/Type \/Page\b/g)).toHaveLength(1);
    // A4 in points.
    expect(pdf).toMatch(/\/MediaBox \[0 0 59[45](\.\d+)? 84[12](\.\d+)?\]/);
    expect(misdeeds).toEqual({ foreign: [], errors: [] });
    expect(await faultsOf(page)).toEqual([]);
    await page.close();
  });

  test('fits a phone without scrolling sideways', async () => {
    const { page } = await open(`/brief/${POOR}?lang=${lang}`, {
      width: 375,
      height: 700,
    });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
    await page.close();
  });
});

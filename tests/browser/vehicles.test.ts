import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { mapReady, startVisit, type Visit } from './browser.ts';

// Mobile libraries on the real map, reported by the protocol of stock phone apps.

const HERE = { lon: 106.7, lat: 10.78 };
const ZOOM = 12;
/** Pixels of a degree of longitude: a world of 512 px at zoom 0. */
const PX_PER_DEGREE = (512 * 2 ** ZOOM) / 360;
const EAST_DEG = 0.02;
const MINUTE_S = 60;

const report = async (id: string, lon: number, minutes_ago: number) => {
  const timestamp = Math.floor(Date.now() / 1000) - minutes_ago * MINUTE_S;
  const query = new URLSearchParams({ id, lat: `${HERE.lat}`, lon: `${lon}`, timestamp: `${timestamp}` });
  expect((await fetch(`${visit.service.url}/osmand?${query}&speed=10&bearing=0`)).status).toBe(200);
};

/** The middle of the map, which is where the address points. */
async function middleOf(page: Page): Promise<{ x: number; y: number }> {
  const box = await page.locator('.maplibregl-canvas').boundingBox();
  if (!box) throw new Error('no map');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Share of the colour of mobile libraries in a square of 24 px about a point of the picture. */
async function purpleAt(page: Page, { x, y }: { x: number; y: number }): Promise<number> {
  const png = await page.screenshot({ clip: { x: x - 12, y: y - 12, width: 24, height: 24 } });
  return page.evaluate(
    async (address) => {
      const picture = new Image();
      picture.src = address;
      await picture.decode();
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [picture.width, picture.height];
      const pen = canvas.getContext('2d');
      pen?.drawImage(picture, 0, 0);
      const { data } = pen?.getImageData(0, 0, picture.width, picture.height) ?? {
        data: new Uint8ClampedArray(),
      };
      let purple = 0;
      for (let i = 0; i < data.length; i += 4) {
        const [red = 0, green = 0, blue = 0] = data.slice(i, i + 3);
        if (Math.hypot(red - 0x7c, green - 0x3a, blue - 0xed) < 60) purple++;
      }
      return purple / (data.length / 4);
    },
    `data:image/png;base64,${png.toString('base64')}`,
  );
}

const visit: Visit = startVisit(async (service) => {
  const put = await fetch(`${service.url}/api/v1/sources/bus-here`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ source: 'mobile_library', name: 'Thư viện lưu động 7', kind: 'vehicle' }),
  });
  expect(put.status).toBe(200);
  await report('bus-here', HERE.lon, 1);
  await report('bus-lost', HERE.lon + EAST_DEG, 180);
});

describe('mobile libraries on the map', () => {
  it('are drawn where they are, filled while they report and hollow where they were only last seen, and say so', async () => {
    const address = `/?lon=${HERE.lon}&lat=${HERE.lat}&z=${ZOOM}`;
    const { page, misdeeds } = await visit.open(address, { width: 1000, height: 560 });
    await mapReady(page);
    const here = await middleOf(page);
    const east = { x: here.x + EAST_DEG * PX_PER_DEGREE, y: here.y };
    const tip = page.getByTestId('vehicle-tip');
    const pointedAt = async ({ x, y }: { x: number; y: number }) => {
      await page.mouse.move(x, y - 40);
      await page.mouse.move(x, y);
      return (await tip.count()) === 0 ? '' : await tip.textContent({ timeout: 1_000 }).catch(() => '');
    };
    await expect
      .poll(() => pointedAt(here), { timeout: 20_000 })
      .toMatch(/^Thư viện lưu động 7Đang trên đường.*phút trước$/);
    expect(await pointedAt(east)).toMatch(/^bus-lostThấy lần cuối .*3\sgiờ trước$/);
    expect(await pointedAt({ x: here.x, y: here.y + 90 })).toBe('');

    await expect.poll(() => purpleAt(page, here), { timeout: 20_000 }).toBeGreaterThan(0.05);
    const filled = await purpleAt(page, here);
    const hollow = await purpleAt(page, east);
    expect(hollow).toBeGreaterThan(0.01);
    expect(hollow).toBeLessThan(filled * 0.8);

    // A new position moves it, without the page asking for anything.
    await report('bus-here', HERE.lon - EAST_DEG, 0);
    const west = { x: here.x - EAST_DEG * PX_PER_DEGREE, y: here.y };
    await expect.poll(() => pointedAt(west), { timeout: 20_000 }).toMatch(/^Thư viện lưu động 7/);
    expect(await pointedAt(here)).toBe('');
    // A click on a vehicle is not a click on the ward beneath it.
    await page.mouse.click(west.x, west.y);
    expect(await tip.textContent()).toMatch(/^Thư viện lưu động 7/);
    expect(new URL(page.url()).searchParams.get('area')).toBeNull();
    expect(misdeeds).toEqual({ foreign: [], errors: [] });
    await page.close();
  });
});

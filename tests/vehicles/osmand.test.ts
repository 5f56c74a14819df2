import { describe, expect, it } from 'vitest';
import { type Report, readForm, readJson } from '../../server/vehicles/osmand.ts';
import { fixFlags } from '../../server/vehicles/position.ts';
import { NINE } from './tracks.ts';

const form = (text: string) => readForm(new URLSearchParams(text), NINE + 60_000);
const fixOf = (report: Report | undefined) => {
  if (!report || !('fix' in report)) throw new Error(`no fix: ${JSON.stringify(report)}`);
  return report.fix;
};
const refusalOf = (report: Report | undefined) =>
  report && 'refusal' in report ? report.refusal : { reason: 'none', detail: '' };
const at = (timestamp: string) => fixOf(form(`id=x&lat=10.77&lon=106.7&timestamp=${timestamp}`)).at;

describe('readForm', () => {
  it('reads what Traccar Client for Android sends', () => {
    const sent =
      'id=831234&timestamp=1795140000&lat=10.7769&lon=106.7009&speed=13.5&bearing=87.25&altitude=9.0&accuracy=12.0&batt=76.0';
    const report = form(sent);
    expect(report.id).toBe('831234');
    expect(fixOf(report)).toMatchObject({
      at: 1_795_140_000_000,
      lon: 106.7009,
      lat: 10.7769,
      speed_kmh: 25,
      heading: 87.3,
      accuracy_m: 12,
      battery: 76,
      flags: 0,
    });
  });

  it('reads what OsmAnd sends: milliseconds, its accuracy as hdop, metres per second where the address says so', () => {
    const sent =
      'id=x&lat=10.77&lon=106.7&timestamp=1795140000123&hdop=250.0&altitude=4.0&speed=10.0&bearing=359.97&speed_unit=ms';
    const fix = fixOf(form(sent));
    expect(fix).toMatchObject({ at: 1_795_140_000_123, accuracy_m: 250, speed_kmh: 36, heading: 0 });
    expect(fixFlags(fix.flags)).toEqual(['imprecise']);
  });

  it('reads what GPSLogger sends, empty fields included', () => {
    const sent =
      'id=x&lat=10.77&lon=106.7&timestamp=2026-11-20T02:00:00.500Z&acc=&accuracy=&speed=&bearing=&batt=&hdop=-';
    expect(fixOf(form(sent))).toMatchObject({
      at: NINE + 500,
      speed_kmh: null,
      heading: null,
      accuracy_m: null,
      battery: null,
    });
  });

  it('knows times by seconds, milliseconds, ISO 8601 with an offset, and by the city’s clock without one', () => {
    expect(at(`${NINE / 1000}`)).toBe(NINE);
    expect(at(`${NINE / 1000}.25`)).toBe(NINE + 250);
    expect(at(`${NINE}`)).toBe(NINE);
    expect(at('2026-11-20T09:00:00%2B07:00')).toBe(NINE);
    expect(at('2026-11-20T09:00:00+07:00')).toBe(NINE);
    expect(at('2026-11-20T09:00:00+0700')).toBe(NINE);
    expect(at('2026-11-20 09:00:00')).toBe(NINE);
    expect(at('')).toBe(NINE + 60_000);
  });

  it('takes `deviceid`, `location` and `heading` as well', () => {
    const report = form('deviceid=x&location=10.77,106.7&heading=90');
    expect(report.id).toBe('x');
    expect(fixOf(report)).toMatchObject({ lon: 106.7, lat: 10.77, heading: 90 });
  });

  it('keeps the edges of what is allowed', () => {
    const edge = (ms: number) => form(`id=x&lat=10.77&lon=106.7&timestamp=${NINE + 60_000 + ms}`);
    expect(fixOf(edge(300_000))).toBeDefined();
    expect(refusalOf(edge(300_001)).reason).toBe('future');
    expect(fixOf(edge(-90 * 86_400_000))).toBeDefined();
    expect(refusalOf(edge(-90 * 86_400_000 - 1)).reason).toBe('too_old');
    expect(fixOf(form('id=x&lat=-90&lon=180')).lon).toBe(180);
  });

  it.each([
    ['lat=10.77', 'missing_field', 'lat, lon: given nothing'],
    ['', 'missing_field', 'lat, lon: given nothing'],
    ['lat=91&lon=106', 'bad_location', '"91", "106"'],
    ['lat=0&lon=0', 'bad_location', 'not both 0'],
    ['lat=0.0&lon=0.0', 'bad_location', 'not both 0'],
    ['lat=NaN&lon=106', 'bad_location', '"NaN"'],
    ['lat=10,77&lon=106,7', 'bad_location', '"10,77"'],
    ['lat=10.77&lon=106.7&timestamp=yesterday', 'bad_time', '"yesterday"'],
    ['lat=10.77&lon=106.7&timestamp=2026-02-30T00:00:00Z', 'bad_time', '2026-02-30'],
    ['lat=10.77&lon=106.7&timestamp=1e300', 'future', '1e300'],
    ['lat=10.77&lon=106.7&timestamp=-5', 'too_old', '"-5"'],
    ['lat=10.77&lon=106.7&timestamp=0', 'too_old', '"0"'],
  ])('refuses "%s" as %s and says what was given, never the id', (text, reason, detail) => {
    const refusal = refusalOf(form(`id=the-secret&${text}`));
    expect(refusal.reason).toBe(reason);
    expect(refusal.detail).toContain(detail);
    expect(refusal.detail).not.toContain('the-secret');
  });

  it('leaves out what makes no sense and keeps the point', () => {
    const fix = fixOf(form('id=x&lat=10.77&lon=106.7&speed=-1&bearing=-1&accuracy=-5&batt=150'));
    expect(fix).toMatchObject({ speed_kmh: null, heading: null, accuracy_m: null, battery: null });
  });

  it('flags a point outside the city’s box, and one that its device does not believe', () => {
    expect(fixFlags(fixOf(form('id=x&lat=21.03&lon=105.85')).flags)).toEqual(['outside']);
    expect(fixFlags(fixOf(form('id=x&lat=10.2&lon=106.7')).flags)).toEqual([]);
    expect(fixFlags(fixOf(form('id=x&lat=10.77&lon=106.7&valid=false')).flags)).toEqual(['invalid']);
    expect(fixFlags(fixOf(form('id=x&lat=10.77&lon=106.7&mock=true')).flags)).toEqual(['invalid']);
  });
});

/** What Traccar Client 9 sends, from its location template. */
const location = (changes: object = {}) => ({
  timestamp: '2026-11-20T02:00:00.000Z',
  coords: {
    latitude: 10.7769,
    longitude: 106.7009,
    accuracy: 14.9,
    speed: 6.94,
    heading: 87.2,
    altitude: 9.1,
  },
  is_moving: true,
  odometer: 12_345.6,
  event: 'motionchange',
  battery: { level: 0.76, is_charging: false },
  activity: { type: 'in_vehicle' },
  extras: {},
  _: '&id=831234&lat=10.7769&lon=106.7009&timestamp=2026-11-20T02:00:00.000Z&',
  ...changes,
});
const json = (body: unknown, fallback = '') => readJson(body, fallback, NINE + 60_000);

describe('readJson', () => {
  it('reads what Traccar Client 9 sends', () => {
    const [report] = json({ location: location(), device_id: '831234' });
    expect(report?.id).toBe('831234');
    expect(fixOf(report)).toMatchObject({
      at: NINE,
      lon: 106.7009,
      lat: 10.7769,
      speed_kmh: 25,
      heading: 87.2,
      accuracy_m: 14.9,
      battery: 76,
      flags: 0,
    });
  });

  it('reads −1 as unknown, a stop as still, a mock as invalid', () => {
    const coords = { latitude: 10.77, longitude: 106.7, accuracy: -1, speed: -1, heading: -1 };
    const [report] = json({
      location: location({ coords, battery: { level: -1 }, is_moving: false, mock: true }),
    });
    const fix = fixOf(report);
    expect(fix).toMatchObject({ speed_kmh: null, heading: null, accuracy_m: null, battery: null });
    expect(fixFlags(fix.flags)).toEqual(['invalid', 'still']);
  });

  it('reads batches: a list of locations of one device, and a list of messages', () => {
    const batch = json({
      location: [location(), location({ timestamp: '2026-11-20T02:00:10Z' })],
      device_id: 7,
    });
    expect(batch.map((report) => [report.id, fixOf(report).at])).toEqual([
      ['7', NINE],
      ['7', NINE + 10_000],
    ]);
    const messages = json(
      [{ location: location(), device_id: 'a' }, { location: location() }],
      'from-the-address',
    );
    expect(messages.map(({ id }) => id)).toEqual(['a', 'from-the-address']);
    expect(json([])).toEqual([]);
  });

  it('refuses a location without a point, and one that is none, each for itself', () => {
    const reports = json({
      location: [location({ coords: null }), null, 'x', location(), location({ timestamp: {} })],
      device_id: 'a',
    });
    expect(reports.map((report) => refusalOf(report).reason)).toEqual([
      'missing_field',
      'missing_field',
      'missing_field',
      'none',
      'bad_time',
    ]);
  });
});

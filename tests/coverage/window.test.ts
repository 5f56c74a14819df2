import { describe, expect, it } from 'vitest';
import { parseWindow, windowOf } from '../../server/coverage/window.ts';

const at = (text: string) => Date.parse(text);
const NOW = at('2026-11-20T09:15:00+07:00');

describe('a window', () => {
  it('is today in the city when nothing is asked', () => {
    const window = parseWindow({}, NOW);
    expect(window.from_ms).toBe(at('2026-11-20T00:00:00+07:00'));
    expect(window.to_ms).toBe(at('2026-11-21T00:00:00+07:00'));
    expect([window.day_from, window.day_to]).toEqual(['2026-11-20', '2026-11-21']);
  });

  it('is split into whole days and the hours at its edges', () => {
    const window = windowOf(at('2026-11-01T05:00:00+07:00'), at('2026-11-04T03:00:00+07:00'));
    expect([window.day_from, window.day_to]).toEqual(['2026-11-02', '2026-11-04']);
    expect(window.head).toEqual([at('2026-11-01T05:00:00+07:00'), at('2026-11-02T00:00:00+07:00')]);
    expect(window.tail).toEqual([at('2026-11-04T00:00:00+07:00'), at('2026-11-04T03:00:00+07:00')]);
  });

  it('inside one day has no whole day and one edge', () => {
    const from = at('2026-11-01T05:00:00+07:00');
    const to = at('2026-11-01T08:00:00+07:00');
    const window = windowOf(from, to);
    expect(window.day_from).toBe(window.day_to);
    expect(window.head).toEqual([from, to]);
    expect(window.tail[0]).toBe(window.tail[1]);
  });

  it('over one midnight has no whole day and two edges that meet', () => {
    const window = windowOf(at('2026-11-01T22:00:00+07:00'), at('2026-11-02T02:00:00+07:00'));
    expect(window.day_from).toBe(window.day_to);
    expect(window.head[1]).toBe(window.tail[0]);
  });

  it('accepts a plus sign that arrived as a space', () => {
    expect(parseWindow({ from: '2026-11-01T00:00:00 07:00' }, NOW).from_ms).toBe(
      at('2026-11-01T00:00:00+07:00'),
    );
  });

  it.each([
    ['no offset', { from: '2026-11-01T00:00:00' }, /^from: .*RFC 3339/],
    ['a day that does not exist', { to: '2026-02-30T00:00:00+07:00' }, /^to: /],
    ['half an hour', { from: '2026-11-01T00:30:00+07:00' }, /^from: .*whole hour/],
    [
      'an end before its start',
      { from: '2026-11-02T00:00:00+07:00', to: '2026-11-01T00:00:00+07:00' },
      /^to: /,
    ],
    [
      'six years',
      { from: '2020-11-02T00:00:00+07:00', to: '2026-11-05T00:00:00+07:00' },
      /^from: .*five years/,
    ],
  ])('with %s is refused, naming the field', (_, query, message) => {
    expect(() => parseWindow(query, NOW)).toThrow(message);
  });
});

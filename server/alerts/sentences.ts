import type { Moment } from '../contract/campaign.ts';

/** A sentence in both languages of the service. */
export type Sentence = { text: string; text_en: string };

const VI = new Intl.NumberFormat('vi-VN', { maximumFractionDigits: 0 });
const EN = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const UNITS = {
  events: ['lượt học', 'learning activities'],
  learners: ['người học', 'learners'],
  minutes: ['phút học', 'minutes of learning'],
  wards: ['phường, xã tham gia', 'wards taking part'],
} as const;

/** What the city calls an area. */
export type AreaName = { name: string; name_en: string };
const THE_CITY: AreaName = { name: 'Thành phố', name_en: 'The city' };

/** A place that fell silent. */
export function silentSentence(place: string, missed_hours: number): Sentence {
  return {
    text: `${place} không báo cáo trong ${VI.format(missed_hours)} giờ hoạt động dự kiến.`,
    text_en: `${place} has not reported in ${EN.format(missed_hours)} expected open hours.`,
  };
}

/** Most places silent at once: the way of the reports is cut rather than they. */
export function allSilentSentence(silent: number, all: number): Sentence {
  return {
    text: `${VI.format(silent)} trên ${VI.format(all)} điểm cùng mất tín hiệu báo cáo: hãy kiểm tra đường truyền.`,
    text_en: `${EN.format(silent)} of ${EN.format(all)} places fell silent together: check how reports reach the service.`,
  };
}

/** Far more than usual in an hour. */
export function surgeSentence(area: AreaName | undefined, events: number, expected: number): Sentence {
  const { name, name_en } = area ?? THE_CITY;
  return {
    text: `${name}: ${VI.format(events)} lượt học trong một giờ, thường khoảng ${VI.format(expected)}.`,
    text_en: `${name_en}: ${EN.format(events)} learning activities in an hour, usually about ${EN.format(expected)}.`,
  };
}

/** A target that was met. */
export function targetSentence(area: AreaName | undefined, { measure, value }: Moment): Sentence {
  const { name, name_en } = area ?? THE_CITY;
  const [vi, en] = UNITS[measure];
  return {
    text: `${name} đã đạt chỉ tiêu ${VI.format(value)} ${vi}.`,
    text_en: `${name_en} has met its target of ${EN.format(value)} ${en}.`,
  };
}

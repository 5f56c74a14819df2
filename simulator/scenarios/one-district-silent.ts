import type { Scenario } from '../scenario.ts';
import { ordinaryDay } from './ordinary-day.ts';

/** Former Quận Bình Thạnh: large, well served, so that its silence is not for want of learners. */
export const SILENT_DISTRICT = '765';

/** Nobody hears from the centres of one former district, though people learn there; the rest is ordinary. */
export const oneDistrictSilent: Scenario = {
  ...ordinaryDay,
  name: 'one-district-silent',
  title: 'the centres of former Quận Bình Thạnh report nothing',
  silent_district: SILENT_DISTRICT,
};

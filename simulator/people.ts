import { LEARNER_GROUPS, type LearnerGroup, type LearnerIdType } from '../server/contract/event.ts';
import { AliasTable, mix32, type Rng } from './random.ts';
import type { SimWard } from './wards.ts';

/** Everybody; a person is an index. People of one ward stand together. */
export type People = {
  count: number;
  /** First person of ward i; entry `wards.length` is the first of those who live outside the city, the last is `count`. */
  first_of_ward: Uint32Array;
  /** What an event tells of each, packed so that one read from memory gives it all; see the functions below. */
  traits: Uint32Array;
  /** Second home, an index in wards, of those who move; −1 for the others. */
  other_home: Int16Array;
};

/** Bit set over LEARNER_GROUPS. */
export const groupsOf = (traits: number): number => traits & 0xff;
/** Index in SEXES. */
export const sexOf = (traits: number): number => (traits >>> 8) & 3;
/** Index in ID_TYPES. */
export const idTypeOf = (traits: number): number => (traits >>> 10) & 3;
/** The person never says where he lives. */
export const hidesHome = (traits: number): boolean => (traits & 0x1000) !== 0;
/** The person has a second home. */
export const moves = (traits: number): boolean => (traits & 0x2000) !== 0;
/** Two last digits of the year of birth. */
const birthYearOf = (traits: number): number => (traits >>> 14) & 0x7f;

export const PEOPLE_COUNT = 400_000;
/** Share of people who live outside the city and learn in it. */
export const OUTSIDE_SHARE = 0.02;
const HOME_HIDDEN_SHARE = 0.12;
const MOVED_SHARE = 0.03;
/** A mover moves once in any window this long. */
export const MOVE_EVERY_DAYS = 90;

/** Order of `People.id_type`. */
export const ID_TYPES: readonly LearnerIdType[] = ['cccd', 'card', 'phone', 'local'];

/** Units of other provinces, where those who come from outside live (Đồng Nai, Tây Ninh, Đồng Tháp, Cần Thơ). */
export const OUTSIDE_HOMES = ['26041', '25459', '27694', '28249', '31135'] as const;

type AgeGroup = {
  group: LearnerGroup;
  share: number;
  born: [from: number, to: number];
  ids: readonly number[];
};
/** Main groups: share, years of birth, weights of ID_TYPES. Children have no identity card yet. */
const AGE_GROUPS: readonly AgeGroup[] = [
  { group: 'child', share: 0.19, born: [2011, 2019], ids: [0, 90, 6, 4] },
  { group: 'youth', share: 0.23, born: [1998, 2010], ids: [67, 22, 9, 2] },
  { group: 'worker', share: 0.32, born: [1970, 2000], ids: [75, 6, 17, 2] },
  { group: 'retiree', share: 0.12, born: [1944, 1966], ids: [71, 9, 16, 4] },
  { group: 'homemaker', share: 0.09, born: [1962, 1998], ids: [73, 6, 18, 3] },
  { group: 'other', share: 0.05, born: [1960, 2005], ids: [67, 10, 20, 3] },
];
const DISABILITY_SHARE = 0.025;
const DISADVANTAGED_SHARE = 0.08;

/** Whole numbers in proportion to weights that sum to `total` exactly (largest remainder). */
export function apportion(weights: readonly number[], total: number): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  const exact = weights.map((weight) => (weight / sum) * total);
  const whole = exact.map(Math.floor);
  const left = total - whole.reduce((a, b) => a + b, 0);
  const byRemainder = exact
    .map((value, i) => ({ i, rest: value % 1 }))
    .sort((a, b) => b.rest - a.rest || a.i - b.i);
  for (const { i } of byRemainder.slice(0, left)) whole[i] = (whole[i] as number) + 1;
  return whole;
}

const bit = (group: LearnerGroup) => 1 << LEARNER_GROUPS.indexOf(group);

/** The city's people: homes by ward residents, then who they are. */
export function drawPeople(wards: readonly SimWard[], count: number, rng: Rng): People {
  const outside = Math.round(count * OUTSIDE_SHARE);
  const homes = apportion(
    wards.map((ward) => ward.population),
    count - outside,
  );
  const people: People = {
    count,
    first_of_ward: new Uint32Array(wards.length + 2),
    traits: new Uint32Array(count),
    other_home: new Int16Array(count).fill(-1),
  };
  let first = 0;
  homes.forEach((inWard, i) => {
    people.first_of_ward[i] = first;
    first += inWard;
  });
  people.first_of_ward[wards.length] = first;
  people.first_of_ward[wards.length + 1] = count;

  const ages = new AliasTable(AGE_GROUPS.map((age) => age.share));
  const ids = AGE_GROUPS.map((age) => new AliasTable(age.ids));
  const anywhere = new AliasTable(wards.map((ward) => ward.population));
  for (let person = 0; person < count; person++) {
    const which = ages.pick(rng);
    const age = AGE_GROUPS[which] as AgeGroup;
    let groups = bit(age.group);
    if (rng.chance(DISABILITY_SHARE)) groups |= bit('disability');
    if (rng.chance(DISADVANTAGED_SHARE)) groups |= bit('disadvantaged');
    const u = rng.float();
    const sex = u < 0.53 ? 0 : u < 0.995 ? 1 : 2;
    const idType = (ids[which] as AliasTable).pick(rng);
    const born = rng.between(age.born[0], age.born[1]) % 100;
    let traits = groups | (sex << 8) | (idType << 10) | (born << 14);
    if (rng.chance(HOME_HIDDEN_SHARE)) traits |= 0x1000;
    if (person < first && rng.chance(MOVED_SHARE)) {
      traits |= 0x2000;
      people.other_home[person] = anywhere.pick(rng);
    }
    people.traits[person] = traits;
  }
  return people;
}

/** Ward in which person `person` of ward `ward` lives on a day; movers change once in any MOVE_EVERY_DAYS. */
export function homeOn(people: People, person: number, ward: number, day: number): number {
  if (!moves(people.traits[person] as number)) return ward;
  const phase = mix32(person) % MOVE_EVERY_DAYS;
  return Math.floor((day + phase) / MOVE_EVERY_DAYS) % 2 === 0 ? ward : (people.other_home[person] as number);
}

/** 6 digits that tell everybody apart and do not run in order: 387,420,489 shares no factor with 1,000,000. */
function serial(person: number): string {
  return String((person * 387_420_489 + 271_828) % 1_000_000).padStart(6, '0');
}

/** The id a person gives, spelled as its kind is: 12 digits of an invented citizen's number, a phone, a card, a local number. */
export function learnerId(people: People, person: number): { id: string; type: LearnerIdType } {
  const traits = people.traits[person] as number;
  const type = ID_TYPES[idTypeOf(traits)] as LearnerIdType;
  const digits = serial(person);
  switch (type) {
    case 'cccd': {
      const year = birthYearOf(traits);
      // Citizens' numbers: province, century and sex (0 and 1 for born before 2000, 2 and 3 after), year, serial.
      const century = year < 30 ? 2 : 0;
      const sex = sexOf(traits) === 0 ? 1 : 0;
      return { id: `079${century + sex}${String(year).padStart(2, '0')}${digits}`, type };
    }
    case 'phone':
      return { id: `0900${digits}`, type };
    case 'card':
      return { id: `TV${digits}`, type };
    case 'local':
      return { id: `hv-${digits}`, type };
  }
}

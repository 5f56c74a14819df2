/** What may be left out of a place's registration, as it is where nobody gave it. */
export const NOTHING_GIVEN = {
  lon: null,
  lat: null,
  ward: null,
  seats: null,
  hours: null,
  computers: null,
  internet: null,
} as const;

import type { ResidentsGridAnswer } from '../../../server/contract/siting.ts';

/** A cell of the residents' grid by its middle, degrees; `guess`: where its residents live is not known well. */
export type ResidentCell = { lon: number; lat: number; residents: number; guess: boolean };

/** The cells of an answer with their middles. h3-js is fetched with the first call: who never asks does not pay. */
export async function residentCells({ wards }: ResidentsGridAnswer): Promise<ResidentCell[]> {
  const { cellToLatLng } = await import('h3-js');
  return wards.flatMap(({ cells, residents, grid_quality }) =>
    cells.map((cell, at) => {
      const [lat, lon] = cellToLatLng(cell);
      return { lon, lat, residents: residents[at] ?? 0, guess: grid_quality === 'low' };
    }),
  );
}

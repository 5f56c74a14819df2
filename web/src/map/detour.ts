/** Ways are taken as this many times the straight line (coverage/nearby.ts of the service). */
export const DETOUR = 1.3;

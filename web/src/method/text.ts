import type { MethodId } from './ids.ts';

/** What the method page says of one figure or rule. */
export type MethodEntry = {
  title: string;
  /** What it means, in a sentence or a few. */
  text: readonly string[];
  /** How it is computed, where a line says it best. */
  formula?: string;
  source?: string;
  /** What it cannot tell, and where it may mislead. */
  weak: readonly string[];
};

/** The whole page in one language. */
export type MethodText = {
  title: string;
  about: string;
  contents: string;
  formula: string;
  source: string;
  weak: string;
  now: string;
  entries: Readonly<Record<MethodId, MethodEntry>>;
};

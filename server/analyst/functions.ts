import { COMBINATORS, FUNCTION_CATEGORIES, FUNCTION_EXCEPTIONS, FUNCTION_NAMES } from './allow.ts';

/** One row of `system.functions`. */
export type EngineFunction = {
  name: string;
  alias_to: string;
  is_aggregate: number;
  case_insensitive: number;
  categories: string;
  origin: string;
};

/** The functions of an engine that a statement may call. */
export class AllowedFunctions {
  readonly #exact = new Set<string>();
  readonly #anyCase = new Set<string>();
  readonly #aggregates = new Set<string>();

  /** From everything that the engine has: what it was told to be, by its kind or by its name, and no more. */
  constructor(functions: readonly EngineFunction[]) {
    const byName = new Map(functions.map((one) => [one.name, one]));
    for (const one of functions) {
      const meant = byName.get(one.alias_to) ?? one;
      if (one.origin !== 'System' || !isAllowed(one.name, meant)) continue;
      this.#exact.add(one.name);
      if (one.case_insensitive === 1) this.#anyCase.add(one.name.toLowerCase());
      if (one.is_aggregate === 1 || meant.is_aggregate === 1) {
        this.#aggregates.add(one.name);
        this.#aggregates.add(one.name.toLowerCase());
      }
    }
  }

  /** Whether a name as it was written stands for one of them, combinators behind an aggregate function included. */
  has(name: string): boolean {
    if (this.#exact.has(name) || this.#anyCase.has(name.toLowerCase()) || FUNCTION_NAMES.has(name))
      return true;
    return this.#isCombined(name);
  }

  /** In the order of the alphabet. */
  get names(): string[] {
    return [...this.#exact].sort((a, b) => a.localeCompare(b, 'en'));
  }

  #isCombined(name: string): boolean {
    for (const ending of COMBINATORS) {
      if (!name.endsWith(ending)) continue;
      const rest = name.slice(0, -ending.length);
      if (this.#aggregates.has(rest) || this.#aggregates.has(rest.toLowerCase()) || this.#isCombined(rest))
        return true;
    }
    return false;
  }
}

function isAllowed(name: string, { categories, name: meant }: EngineFunction): boolean {
  if (name.startsWith('__') || FUNCTION_EXCEPTIONS.has(name) || FUNCTION_EXCEPTIONS.has(meant)) return false;
  if (FUNCTION_NAMES.has(name) || FUNCTION_NAMES.has(meant)) return true;
  const kinds = categories.split(',').map((kind) => kind.trim());
  return kinds.length > 0 && kinds.every((kind) => FUNCTION_CATEGORIES.has(kind));
}

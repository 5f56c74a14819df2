import type { Pseudonymise } from '../identity.ts';

/** Pseudonyms of one generation; two are kept, some 50 MB. */
const MOST = 250_000;

/**
 * The same pseudonyms, made once for a learner who comes again and again, as in a history: to make one costs two
 * hashes, a third of what a row costs. Ids are in this thread's memory only, and no longer than it reads.
 */
export function rememberPseudonyms(pseudonymise: Pseudonymise, most = MOST): Pseudonymise {
  let young = new Map<string, bigint>();
  let old = new Map<string, bigint>();
  return (id, type, source_id) => {
    const key = type === 'local' ? `local\0${source_id}\0${id}` : `${type}\0${id}`;
    let pseudonym = young.get(key);
    if (pseudonym !== undefined) return pseudonym;
    pseudonym = old.get(key) ?? pseudonymise(id, type, source_id);
    if (young.size >= most) {
      old = young;
      young = new Map();
    }
    young.set(key, pseudonym);
    return pseudonym;
  };
}

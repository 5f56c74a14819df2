/** Bits a block; a block is what the processor loads at once, so an id costs one trip to memory. */
const BLOCK_BITS = 512;
const BLOCK_WORDS = BLOCK_BITS / 32;
/** Bits for every id expected: at most 1 in 100 unknown ids is then taken for a known one and looked up in vain. */
const BITS_AN_ID = 12;
const FEWEST_BITS = 2 ** 20;
/** 256 MiB. With more ids than this was made for, more of them are looked up in vain; no answer is ever wrong. */
const MOST_BITS = 2 ** 31;

/**
 * Tells ids that were surely never taken from those that may have been: a blocked Bloom filter (Bloom 1970; Putze,
 * Sanders & Singler 2007) of bounded size, whatever the number of ids. An id sets six bits of one block.
 */
export class IdFilter {
  /** Signed, as the processor's own: numbers beyond 2^31 would leave its registers. */
  readonly #words: Int32Array;
  readonly #blockMask: number;

  /** For about `expected` ids, and never smaller than `fewest_bits`, a power of two from 512 on. */
  constructor(expected: number, fewest_bits = FEWEST_BITS) {
    let bits = fewest_bits;
    while (bits < expected * BITS_AN_ID && bits < MOST_BITS) bits *= 2;
    this.#words = new Int32Array(bits / 32);
    this.#blockMask = bits / BLOCK_BITS - 1;
  }

  /** Memory held, bytes. */
  get bytes(): number {
    return this.#words.byteLength;
  }

  /** Whether `ids` of them would still be told apart nearly as well as it was made for; true where it cannot grow. */
  isFitFor(ids: number): boolean {
    const bits = this.#words.length * 32;
    return bits >= MOST_BITS || ids * BITS_AN_ID <= 2 * bits;
  }

  /** Remembers a UUID, as text in lower case. */
  add(uuid: string): void {
    this.#set(word(uuid, 0, 4), word(uuid, 9, 14), word(uuid, 19, 24), word(uuid, 28, 32));
  }

  /** Remembers a UUID as the engine's RowBinary writes it: 16 bytes at `at`, two numbers of 64 bits, lowest byte first. */
  addBinary(bytes: DataView, at: number): void {
    this.#set(
      bytes.getInt32(at + 4, true),
      bytes.getInt32(at, true),
      bytes.getInt32(at + 12, true),
      bytes.getInt32(at + 8, true),
    );
  }

  /** False: surely never added. True: added, or one of the few that look like it. */
  mayHold(uuid: string): boolean {
    const a = first(word(uuid, 0, 4), word(uuid, 9, 14));
    const b = second(a, word(uuid, 19, 24), word(uuid, 28, 32));
    const base = this.#blockOf(a, b);
    const c = third(a, b);
    return (
      this.#has(base, b) &&
      this.#has(base, b >>> 9) &&
      this.#has(base, b >>> 18) &&
      this.#has(base, c) &&
      this.#has(base, c >>> 9) &&
      this.#has(base, c >>> 18)
    );
  }

  #set(w0: number, w1: number, w2: number, w3: number): void {
    const a = first(w0, w1);
    const b = second(a, w2, w3);
    const base = this.#blockOf(a, b);
    const c = third(a, b);
    this.#put(base, b);
    this.#put(base, b >>> 9);
    this.#put(base, b >>> 18);
    this.#put(base, c);
    this.#put(base, c >>> 9);
    this.#put(base, c >>> 18);
  }

  #blockOf(a: number, b: number): number {
    return (mix((a + Math.imul(b, 0xc2b2ae3d)) | 0) & this.#blockMask) * BLOCK_WORDS;
  }

  #put(base: number, hash: number): void {
    const at = base + ((hash >>> 5) & (BLOCK_WORDS - 1));
    this.#words[at] = (this.#words[at] as number) | (1 << (hash & 31));
  }

  #has(base: number, hash: number): boolean {
    const at = base + ((hash >>> 5) & (BLOCK_WORDS - 1));
    return ((this.#words[at] as number) & (1 << (hash & 31))) !== 0;
  }
}

/** Three hashes of an id's four words, signed 32 bits. Senders choose ids, also 1, 2, 3: every bit must count. */
const first = (w0: number, w1: number): number => mix(w0 ^ Math.imul(w1, 0x9e3779b1));
const second = (a: number, w2: number, w3: number): number => mix(w2 ^ Math.imul(w3, 0x85ebca77) ^ a);
const third = (a: number, b: number): number => mix((Math.imul(a, 0x27d4eb2f) + b) | 0);

/** Finaliser of MurmurHash3: every bit of the input changes half the bits of the output. */
function mix(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** 32 bits of a UUID's text: four digits at each of two places. */
function word(uuid: string, high: number, low: number): number {
  return (quarter(uuid, high) << 16) | quarter(uuid, low);
}

function quarter(uuid: string, at: number): number {
  return (
    (nibble(uuid, at) << 12) |
    (nibble(uuid, at + 1) << 8) |
    (nibble(uuid, at + 2) << 4) |
    nibble(uuid, at + 3)
  );
}

function nibble(uuid: string, at: number): number {
  const code = uuid.charCodeAt(at);
  return code > 0x39 ? code - 0x57 : code - 0x30;
}

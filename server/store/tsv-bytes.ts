/**
 * TabSeparated fields written straight into bytes. Text of a row made by joining strings and then encoded costs ten
 * times as much, and every event passes here.
 */

/** Text of ASCII characters as bytes. */
export function ascii(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

const ZERO = 0x30;
const DASH = 0x2d;
const DOT = 0x2e;

/** Each function writes at `at` and returns where the next byte goes: a plain loop beats a call for a few bytes. */
export function put(bytes: Uint8Array, at: number, segment: Uint8Array): number {
  for (let i = 0; i < segment.length; i++) bytes[at + i] = segment[i] as number;
  return at + segment.length;
}

/** ASCII text. */
export function putText(bytes: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
  return at + text.length;
}

/** The three digits of 0 to 999, one after the other: three look-ups instead of three divisions. */
const THREE_DIGITS = ascii(Array.from({ length: 1000 }, (_, n) => String(n).padStart(3, '0')).join(''));

function put3(bytes: Uint8Array, at: number, value: number): number {
  const from = value * 3;
  bytes[at] = THREE_DIGITS[from] as number;
  bytes[at + 1] = THREE_DIGITS[from + 1] as number;
  bytes[at + 2] = THREE_DIGITS[from + 2] as number;
  return at + 3;
}

/** Nine digits of an integer under 10^9, zeros in front. */
function put9(bytes: Uint8Array, at: number, value: number): number {
  const thousands = (value / 1000) | 0;
  const millions = (thousands / 1000) | 0;
  put3(bytes, at, millions);
  put3(bytes, at + 3, thousands - millions * 1000);
  return put3(bytes, at + 6, value - thousands * 1000);
}

/** An integer of 0 to 999 without zeros in front. */
export function putSmall(bytes: Uint8Array, at: number, value: number): number {
  if (value < 10) {
    bytes[at] = ZERO + value;
    return at + 1;
  }
  if (value >= 100) return put3(bytes, at, value);
  bytes[at] = THREE_DIGITS[value * 3 + 1] as number;
  bytes[at + 1] = THREE_DIGITS[value * 3 + 2] as number;
  return at + 2;
}

/** Epoch ms as an integer of 13 digits, which lasts from 2001 until 2286. */
export function putMillis(bytes: Uint8Array, at: number, ms: number): number {
  const high = Math.floor(ms / 1_000_000_000);
  putSmall(bytes, at, (high / 1000) | 0);
  put3(bytes, at + 1, high % 1000);
  return put9(bytes, at + 4, ms - high * 1_000_000_000);
}

/** Epoch ms as seconds with three decimals, in 14 characters. */
export function putSeconds(bytes: Uint8Array, at: number, ms: number): number {
  putMillis(bytes, at, ms);
  bytes[at + 13] = bytes[at + 12] as number;
  bytes[at + 12] = bytes[at + 11] as number;
  bytes[at + 11] = bytes[at + 10] as number;
  bytes[at + 10] = DOT;
  return at + 14;
}

const HEX_DIGIT = ascii('0123456789abcdef');

function putHex16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = HEX_DIGIT[(value >>> 12) & 15] as number;
  bytes[at + 1] = HEX_DIGIT[(value >>> 8) & 15] as number;
  bytes[at + 2] = HEX_DIGIT[(value >>> 4) & 15] as number;
  bytes[at + 3] = HEX_DIGIT[value & 15] as number;
}

/** Four 32-bit words as a lower-case UUID. */
export function putUuid(
  bytes: Uint8Array,
  at: number,
  words: readonly [number, number, number, number],
): number {
  putHex16(bytes, at, words[0] >>> 16);
  putHex16(bytes, at + 4, words[0]);
  bytes[at + 8] = DASH;
  putHex16(bytes, at + 9, words[1] >>> 16);
  bytes[at + 13] = DASH;
  putHex16(bytes, at + 14, words[1]);
  bytes[at + 18] = DASH;
  putHex16(bytes, at + 19, words[2] >>> 16);
  bytes[at + 23] = DASH;
  putHex16(bytes, at + 24, words[2]);
  putHex16(bytes, at + 28, words[3] >>> 16);
  putHex16(bytes, at + 32, words[3]);
  return at + 36;
}

/**
 * The first 8 bytes of a digest, the lowest first, as a decimal number; `digest` is Node's `binary` text, a character a
 * byte, which it hands over fastest. A BigInt for the digits alone would cost as much as the hash.
 */
export function putUInt64(bytes: Uint8Array, at: number, digest: string): number {
  // Long division by 10^9 over four 16-bit limbs, the highest first: every step stays under 2^53.
  let quotient = 0;
  let rest = 0;
  for (let limb = 6; limb >= 0; limb -= 2) {
    const part = rest * 65_536 + ((digest.charCodeAt(limb + 1) << 8) | digest.charCodeAt(limb));
    const whole = Math.floor(part / 1e9);
    rest = part - whole * 1e9;
    quotient = quotient * 65_536 + whole;
  }
  if (quotient === 0) return putText(bytes, at, String(rest));
  const top = Math.floor(quotient / 1e9);
  const middle = quotient - top * 1e9;
  const next = top > 0 ? put9(bytes, putSmall(bytes, at, top), middle) : putText(bytes, at, String(middle));
  return put9(bytes, next, rest);
}

/** Tab, line feed, carriage return, backslash and NUL, which TabSeparated escapes. */
const ESCAPES: Readonly<Record<number, number>> = { 9: 0x74, 10: 0x6e, 13: 0x72, 92: 0x5c, 0: 0x30 };
const BACKSLASH = 0x5c;
const encoder = new TextEncoder();

/** Any text as UTF-8 with TabSeparated's escapes; at most 3 bytes a UTF-16 unit. */
export function putField(bytes: Uint8Array, at: number, text: string): number {
  let next = at;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // The rest of a text that is not ASCII goes the long way.
    if (code > 0x7f) return putEncoded(bytes, next, text.slice(i));
    next = putByte(bytes, next, code);
  }
  return next;
}

function putEncoded(bytes: Uint8Array, at: number, text: string): number {
  let next = at;
  for (const byte of encoder.encode(text)) next = putByte(bytes, next, byte);
  return next;
}

function putByte(bytes: Uint8Array, at: number, byte: number): number {
  const escaped = ESCAPES[byte];
  if (escaped === undefined) {
    bytes[at] = byte;
    return at + 1;
  }
  bytes[at] = BACKSLASH;
  bytes[at + 1] = escaped;
  return at + 2;
}

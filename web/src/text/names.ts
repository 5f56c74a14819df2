const PREFIX_VI = /^(phường|xã|đặc khu|thị trấn|quận|huyện|thành phố|thị xã|tp\.?)\s+/iu;
const SUFFIX_EN =
  /\s+(ward|commune|special (administrative )?(zone|region)|special administrative region|district|city|township)$/i;

/** A name without its kind, as a map label shows it: `Phường Sài Gòn` → `Sài Gòn`; `Quận 1` stays, a bare number says nothing. */
export function shortName(name: string): string {
  const short = name.replace(PREFIX_VI, '').replace(SUFFIX_EN, '');
  return /^\d*$/.test(short) ? name : short;
}

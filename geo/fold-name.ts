const TONE_MARKS = /\p{M}+/gu;
const PREFIX =
  /^(?:phuong|xa|thi tran|dac khu|tt|p|x|quan|huyen|thanh pho|thi xa|tinh|tp|q|h|ward|commune|district)(?:\.\s*|\s+)/;
const SUFFIX = /\s+(?:ward|commune|township|special zone|district|city|province)$/;

/** A name for comparing: lower case, without tone marks, đ → d, one space between words (`Hoà` and `Hòa` are equal). */
export function foldName(name: string): string {
  return name
    .normalize('NFD')
    .replace(TONE_MARKS, '')
    .replace(/[đĐ]/g, 'd')
    .toLowerCase()
    .replace(/[–—_-]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** A folded name without its prefix (Phường, Xã, P., Quận, TP. …) or English suffix: `P. Bến Thành` → `ben thanh`. */
export function foldBareName(name: string): string {
  const folded = foldName(name).replace(SUFFIX, '');
  const bare = folded.replace(PREFIX, '');
  // "P.1", "Phường 01": the number is the name.
  return bare.replace(/^(?:p|q)(\d+)$/, '$1').replace(/^0+(\d)/, '$1');
}

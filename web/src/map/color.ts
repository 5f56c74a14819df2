/** Four bytes. */
export type Rgba = [red: number, green: number, blue: number, alpha: number];

/** `#rrggbb` or `rgba(r, g, b, a)`, the two forms in which a canvas writes colours, as four bytes. */
export function parseColor(text: string): Rgba {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text);
  if (hex) return [hex[1], hex[2], hex[3], 'ff'].map((byte) => Number.parseInt(byte ?? '', 16)) as Rgba;
  const rgba = /^rgba\((\d+), (\d+), (\d+), ([\d.]+)\)$/.exec(text);
  if (!rgba) throw new Error(`not a colour: "${text}"`);
  return [Number(rgba[1]), Number(rgba[2]), Number(rgba[3]), Math.round(Number(rgba[4]) * 255)];
}

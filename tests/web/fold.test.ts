import { describe, expect, it } from 'vitest';
import { find, findable } from '../../web/src/figures/search.ts';
import { fold } from '../../web/src/text/fold.ts';
import { shortName } from '../../web/src/text/names.ts';

describe('fold', () => {
  it('leaves out tone marks, horns, đ and case', () => {
    expect(fold('Phường Đông Hưng Thuận')).toBe('phuong dong hung thuan');
    expect(fold('ĐẶC KHU CÔN ĐẢO')).toBe('dac khu con dao');
  });
  it('folds both places of a tone mark, and both Unicode forms, alike', () => {
    expect(fold('Hoà')).toBe(fold('Hòa'));
    expect(fold('Thủ Đức'.normalize('NFD'))).toBe(fold('Thủ Đức'.normalize('NFC')));
  });
  it('keeps one space between words and none around them', () => {
    expect(fold('  Bà Rịa – Vũng Tàu ')).toBe('ba ria vung tau');
    expect(fold('…')).toBe('');
  });
});

describe('find', () => {
  const all = [
    findable('26740', 'Phường Sài Gòn', 'Sài Gòn', ['Sai Gon Ward', 'Quận 1']),
    findable('26968', 'Phường Tân Sơn', 'Tân Sơn', ['Tan Son Ward', 'Quận Tân Bình']),
    findable('26977', 'Phường Tân Sơn Nhất', 'Tân Sơn Nhất', ['Tan Son Nhat Ward', 'Quận Tân Bình']),
    findable('27118', 'Phường Hòa Bình', 'Hòa Bình', ['Hoa Binh Ward', 'Quận 11']),
  ];
  const codes = (query: string) => find(all, query).map((one) => one.code);
  it('finds by the start of any word, with or without marks and prefix', () => {
    expect(codes('sai g')).toEqual(['26740']);
    expect(codes('phường sài gòn')).toEqual(['26740']);
    expect(codes('hoà')).toEqual(['27118']);
  });
  it('puts the exact name before longer ones', () => {
    expect(codes('tan son')).toEqual(['26968', '26977']);
  });
  it('finds wards of a district', () => {
    expect(codes('tan binh').sort()).toEqual(['26968', '26977']);
  });
  it('finds nothing for nothing, for the middle of a word, and for unknown names', () => {
    expect(codes('')).toEqual([]);
    expect(codes('ôn')).toEqual([]);
    expect(codes('hà nội')).toEqual([]);
  });
});

describe('shortName', () => {
  it('leaves out the kind in both languages', () => {
    expect(shortName('Phường Thủ Dầu Một')).toBe('Thủ Dầu Một');
    expect(shortName('Đặc khu Côn Đảo')).toBe('Côn Đảo');
    expect(shortName('Thu Dau Mot Ward')).toBe('Thu Dau Mot');
  });
  it('keeps the kind where a bare number would be left', () => {
    expect(shortName('Quận 1')).toBe('Quận 1');
    expect(shortName('District 1')).toBe('District 1');
  });
});

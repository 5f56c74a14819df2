import { expect, test } from 'vitest';
import { foldBareName, foldName } from '../../geo/fold-name.ts';

test('where the tone mark sits does not count', () => {
  expect(foldName('Hoà Bình')).toBe(foldName('Hòa Bình'));
  expect(foldName('Hòa Bình'.normalize('NFD'))).toBe('hoa binh');
  expect(foldName('ĐÔNG HƯNG THUẬN')).toBe('dong hung thuan');
});

test.each([
  ['Phường Sài Gòn', 'sai gon'],
  ['P. Sài Gòn', 'sai gon'],
  ['P.Sài Gòn', 'sai gon'],
  ['Xã Bà Điểm', 'ba diem'],
  ['X. Bà Điểm', 'ba diem'],
  ['Đặc khu Côn Đảo', 'con dao'],
  ['TT. Củ Chi', 'cu chi'],
  ['Thị trấn Củ Chi', 'cu chi'],
  ['Phường 01', '1'],
  ['P1', '1'],
  ['Quận 1', '1'],
  ['TP. Thủ Đức', 'thu duc'],
  ['Sai Gon Ward', 'sai gon'],
  ['Con Dao Special Zone', 'con dao'],
  ['Phú Xuân', 'phu xuan'],
  ['Xuân Hòa', 'xuan hoa'],
  ['Bà Rịa – Vũng Tàu', 'ba ria vung tau'],
])('%s is compared as %s', (name, bare) => {
  expect(foldBareName(name)).toBe(bare);
});

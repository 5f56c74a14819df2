import type { SourceKind } from '../server/contract/source.ts';
import type { Rng } from './random.ts';

/** Names that Vietnamese schools bear. */
const SCHOOL_NAMES = [
  'Nguyễn Du',
  'Lê Quý Đôn',
  'Trần Hưng Đạo',
  'Nguyễn Trãi',
  'Hai Bà Trưng',
  'Lê Lợi',
  'Phan Bội Châu',
  'Phan Chu Trinh',
  'Võ Thị Sáu',
  'Nguyễn Thị Minh Khai',
  'Chu Văn An',
  'Lý Thường Kiệt',
  'Ngô Quyền',
  'Quang Trung',
  'Trần Quốc Toản',
  'Bùi Thị Xuân',
  'Hùng Vương',
  'Nguyễn Bỉnh Khiêm',
  'Huỳnh Thúc Kháng',
  'Lương Thế Vinh',
  'Nguyễn Văn Tố',
  'Trần Phú',
  'Lê Hồng Phong',
  'Nguyễn Hiền',
  'Mạc Đĩnh Chi',
];

/** Topics of courses; a level makes two courses of one. */
const COURSE_TOPICS = [
  'Kỹ năng số cơ bản',
  'Dịch vụ công trực tuyến',
  'An toàn thông tin cho gia đình',
  'Tin học văn phòng',
  'Tiếng Anh giao tiếp',
  'Tiếng Hàn cho người lao động',
  'Tiếng Nhật nhập môn',
  'Tiếng Hoa thương mại',
  'Chăm sóc sức khỏe người cao tuổi',
  'Dinh dưỡng cho trẻ nhỏ',
  'Sơ cấp cứu',
  'Sức khỏe tinh thần',
  'Quản lý tài chính cá nhân',
  'Khởi nghiệp nhỏ',
  'Bán hàng trên mạng',
  'Kế toán hộ kinh doanh',
  'Pháp luật lao động',
  'Luật giao thông đường bộ',
  'Quyền và nghĩa vụ công dân',
  'Phòng cháy chữa cháy',
  'Trồng rau đô thị',
  'Phân loại rác tại nguồn',
  'Tiết kiệm năng lượng',
  'Thích ứng biến đổi khí hậu',
  'Nuôi dạy con tích cực',
  'Kỹ năng đọc sách',
  'Lịch sử Sài Gòn – Gia Định',
  'Nhiếp ảnh bằng điện thoại',
  'Trí tuệ nhân tạo trong đời sống',
  'Lập trình Python',
];
const COURSE_LEVELS = ['nhập môn', 'nâng cao'];

/** Prefix of a centre's id by its kind. */
export const ID_PREFIX: Readonly<
  Record<'centre' | 'library' | 'culture_house' | 'school' | 'workplace', string>
> = {
  centre: 'clc',
  library: 'lib',
  culture_house: 'cul',
  school: 'sch',
  workplace: 'wpl',
};

/** `Phường Khánh Hội` as the middle of a sentence has it. */
function inSentence(unit: string): string {
  return unit.charAt(0).toLowerCase() + unit.slice(1);
}

/** Name of the n-th place (from 1) of a kind in a unit; `unit` with its prefix. */
export function placeName(kind: SourceKind, unit: string, n: number, rng: Rng): string {
  const where = inSentence(unit);
  const branch = n > 1 ? ` – cơ sở ${n}` : '';
  switch (kind) {
    case 'library':
      return `Thư viện ${where}${branch}`;
    case 'culture_house':
      return `Nhà văn hóa ${where}${branch}`;
    case 'school':
      return `Trường THCS ${rng.pick(SCHOOL_NAMES)} (lớp buổi tối), ${where}`;
    case 'workplace':
      return `Điểm học tập công nhân ${where}${branch}`;
    default:
      return `Trung tâm HTCĐ ${where}${branch}`;
  }
}

/** Titles of the online courses, each once. */
export function courseTitles(): string[] {
  return COURSE_TOPICS.flatMap((topic) => COURSE_LEVELS.map((level) => `${topic} (${level})`));
}

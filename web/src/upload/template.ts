import { toCsv } from '../text/csv.ts';

/** Columns of the template, with an example; dates as a spreadsheet keeps them, UTC for the city's clock. */
const COLUMNS: readonly { heading: string; example: string; width: number; vi: string; en: string }[] = [
  {
    heading: 'Ngày',
    example: '20/11/2026',
    width: 12,
    vi: 'Ngày diễn ra: ngày/tháng/năm. Bỏ trống cột này nếu cả danh sách cùng một ngày.',
    en: 'The day: day/month/year. Leave the column empty when the whole list has one day.',
  },
  {
    heading: 'Giờ',
    example: '18:30',
    width: 8,
    vi: 'Giờ bắt đầu, giờ Việt Nam.',
    en: 'When it began, Vietnam time.',
  },
  {
    heading: 'Mã trung tâm',
    example: '',
    width: 16,
    vi: 'Mã hoặc tên của trung tâm, xe hay khóa học. Bỏ trống nếu chọn trên trang cho cả danh sách.',
    en: 'Id or name of the centre, vehicle or course. Leave it empty when it is chosen on the page for the whole list.',
  },
  {
    heading: 'Họ tên',
    example: '(không được gửi đi)',
    width: 24,
    vi: 'Chỉ để người lập danh sách dùng. Trang không bao giờ gửi cột này.',
    en: 'For whoever keeps the list. The page never sends this column.',
  },
  {
    heading: 'CCCD',
    example: '079200000000',
    width: 16,
    vi: '12 chữ số. Để cột dạng văn bản, nếu không số 0 ở đầu sẽ mất (trang tự thêm lại). Máy chủ chỉ giữ một mã băm.',
    en: '12 digits. Keep the column as text, or the zero in front is lost (the page puts it back). The server keeps a keyed hash only.',
  },
  {
    heading: 'Số điện thoại',
    example: '',
    width: 16,
    vi: 'Dùng khi không có CCCD.',
    en: 'Where there is no CCCD number.',
  },
  {
    heading: 'Phường/xã nơi ở',
    example: 'Phường Khánh Hội',
    width: 24,
    vi: 'Tên hoặc mã 5 chữ số của phường, xã, đặc khu nơi người học ở.',
    en: 'Name or 5-digit code of the ward, commune or special zone where the learner lives.',
  },
  {
    heading: 'Hoạt động',
    example: 'tham dự',
    width: 14,
    vi: 'đăng ký, tham dự, mượn sách, trải nghiệm, tiến độ, hoàn thành, yêu cầu. Bỏ trống: như đã chọn trên trang.',
    en: 'registered, attended, borrowed, experienced, progressed, completed, requested. Empty: as chosen on the page.',
  },
  {
    heading: 'Nhóm',
    example: 'người về hưu',
    width: 20,
    vi: 'trẻ em, thanh niên, người lao động, người về hưu, người nội trợ, người khuyết tật, hoàn cảnh khó khăn, khác; nhiều nhóm cách nhau bằng dấu ;',
    en: 'child, youth, worker, retiree, homemaker, disability, disadvantaged, other; several with ; between them',
  },
  {
    heading: 'Thời lượng (phút)',
    example: '90',
    width: 18,
    vi: 'Từ 0 đến 1440 phút.',
    en: '0 to 1440 minutes.',
  },
  {
    heading: 'Số người',
    example: '1',
    width: 10,
    vi: 'Để trống hoặc 1 khi mỗi dòng là một người; một lớp không ghi từng người thì ghi sĩ số (đến 500).',
    en: 'Empty or 1 when a row is one person; the size of the class (up to 500) when its people are not listed.',
  },
  {
    heading: 'Chương trình',
    example: 'lifelong-learning-week-2026',
    width: 28,
    vi: 'Nhãn của chiến dịch hay chương trình, nếu có.',
    en: 'The tag of a campaign or programme, if any.',
  },
];

/** The example's day, as the moment in UTC that a spreadsheet shows as that day. */
const EXAMPLE_DAY = new Date(Date.UTC(2026, 10, 20));

/** The template as CSV: headings and an example row to write over. */
export function templateCsv(): string {
  return toCsv([COLUMNS.map(({ heading }) => heading), COLUMNS.map(({ example }) => example)]);
}

/** The template as a workbook: the list, and a sheet that explains each column in both languages. */
export async function templateXlsx(): Promise<Blob> {
  const { default: writeXlsxFile } = await import('write-excel-file/browser');
  const head = (value: string) => ({ value, fontWeight: 'bold' as const, backgroundColor: '#D6E6F4' });
  const wrapped = (value: string) => ({ value, wrap: true, alignVertical: 'top' as const });
  const list = [
    COLUMNS.map(({ heading }) => head(heading)),
    COLUMNS.map(({ heading, example }) =>
      heading === 'Ngày'
        ? { value: EXAMPLE_DAY, type: Date, format: 'dd/mm/yyyy' }
        : // As text, so that what is typed below keeps its zeros.
          { value: example, type: String, format: '@' },
    ),
  ];
  const help = [
    [head('Cột'), head('Cách ghi'), head('How to fill it in')],
    ...COLUMNS.map(({ heading, vi, en }) => [wrapped(heading), wrapped(vi), wrapped(en)]),
  ];
  return writeXlsxFile([
    {
      data: list,
      sheet: 'Danh sách',
      columns: COLUMNS.map(({ width }) => ({ width })),
      stickyRowsCount: 1,
    },
    {
      data: help,
      sheet: 'Hướng dẫn',
      columns: [{ width: 20 }, { width: 60 }, { width: 60 }],
      stickyRowsCount: 1,
    },
  ]).toBlob();
}

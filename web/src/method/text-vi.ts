import type { MethodText } from './text.ts';

/** The method page in Vietnamese. */
export const methodVi: MethodText = {
  title: 'Phương pháp',
  about:
    'Mỗi con số trên bản đồ nghĩa là gì, tính từ đâu, dựa vào nguồn nào và yếu ở chỗ nào. Các ngưỡng ghi ở đây là ngưỡng của chính số liệu đang hiện.',
  contents: 'Mục lục',
  formula: 'Cách tính',
  source: 'Nguồn',
  weak: 'Điểm yếu đã biết',
  now: 'Đang dùng',
  entries: {
    window: {
      title: 'Khoảng thời gian và “tính đến”',
      text: [
        'Một khoảng gồm những giờ trọn, kể giờ đầu, không kể giờ cuối, theo giờ của thành phố (UTC+7). “90 ngày qua” là hôm nay và 89 ngày trước.',
        '“Tính đến” là lúc nhận được sự kiện mới nhất đã đếm. “Trễ” là tuổi của sự kiện cũ nhất đã nhận mà chưa đếm.',
      ],
      weak: ['Khoảng chạm đến hôm nay chưa đủ số liệu: xem mục “Đã báo cáo bao nhiêu”.'],
    },
    basis: {
      title: 'Tính theo nơi ở hay nơi diễn ra',
      text: [
        'Lượt học, số phút và số người đếm được tính theo nơi diễn ra, để biết nơi nào hoạt động. Người học và mọi tỉ lệ tính theo nơi họ sống, để biết phường nào được phục vụ. Một cột không trả lời được cả hai.',
        'Lượt học không có tọa độ, không có mã phường và nguồn cũng chưa đăng ký địa điểm thì chưa rõ phường: vẫn được đếm cho toàn thành phố và nêu riêng, không bao giờ bị bỏ.',
      ],
      weak: ['Lượt học trực tuyến không có nơi diễn ra; chúng chỉ vào tỉ lệ theo nơi ở.'],
    },
    home: {
      title: 'Nơi ở của người học và phần suy đoán',
      text: [
        'Nơi ở là phường mà người học cho biết lần cuối, tính đến hết khoảng đang xem. Ai chưa từng cho biết thì được gán vào phường họ hay đến nhất trong khoảng ấy.',
        '“Nơi ở suy đoán” là phần người học được gán như vậy. Người ở ngoài thành phố được tính vào hoạt động, không bao giờ vào tỉ lệ.',
      ],
      weak: [
        'Người đi học xa nhà có thể bị gán nhầm phường. Vì thế khoảng hiện trên màn hình kéo xuống tới tỉ lệ khi không kể những người này.',
      ],
    },
    learners: {
      title: 'Người học (L)',
      text: [
        'Số người khác nhau có ít nhất một hoạt động ngoài đăng ký trong khoảng, đếm đúng từng người, không ước lượng.',
        'Lượt chỉ ghi số người mà không có mã (một lớp 30 người chẳng hạn) là số người đếm được: hiện riêng, không vào L, tỉ lệ hay thứ hạng. Số người không mã ít nhất bằng lượt đông nhất, nhiều nhất bằng tổng các lượt.',
      ],
      weak: ['Một người dùng hai loại mã không liên kết được thì bị đếm hai lần.'],
    },
    ids: {
      title: 'Mã người học',
      text: [
        'CCCD, số điện thoại, mã thẻ được chuẩn hóa rồi băm có khóa; mã gốc không được lưu ở đâu. Mã “nội bộ” chỉ có nghĩa trong nguồn của nó.',
        '“Lượt có mã” là phần lượt học ghi người học. Dưới 80 % thì số người học của đơn vị được đánh dấu là chưa đủ. “Nhận ra giữa các nguồn” là phần người học dùng loại mã mà nguồn khác cũng biết.',
      ],
      weak: ['Nơi ghi ít mã trông như ít người học. Thẻ và bảng nói rõ phần có mã.'],
    },
    population: {
      title: 'Dân số và diện tích',
      text: [
        'Dân số và km² lấy từ bảng của đơn vị hành chính, không đo trên hình vẽ. Mật độ là dân số chia km².',
        'Số dân của 168 đơn vị cộng lại là 14.544.929; con số chính thức của thành phố sau hợp nhất là 14.002.598 (Nghị quyết 202/2025/QH15). Bảng giữ cả hai, và có phép thử cho biết phường nào đổi bậc hay rời nhóm 10 nơi thiếu nhất khi co dân số về con số chính thức.',
        'Trước và sau sắp xếp đơn vị đều dùng dân số 2025: dùng điều tra 2019 làm mẫu số sẽ bịa ra một sự sụt giảm.',
      ],
      source:
        'sapnhap.bando.com.vn, bản chụp 2025-07-17 (dân số đăng ký hoặc ước tính, không phải tổng điều tra), qua vietnamadminunits (MIT); mã và tên: vietnamese-provinces-database (MIT).',
      weak: [
        'Chênh 3,9 % giữa hai tổng; không biết chênh ở phường nào. Số dân không chia theo nhóm tuổi hay nhóm người học.',
      ],
    },
    rate: {
      title: 'Tỉ lệ: người học trên 1.000 dân',
      text: [
        'Số người học sống trong đơn vị trên 1.000 dân của đơn vị. Mức thành phố là tổng người học chia tổng dân của các đơn vị đang hiện.',
      ],
      formula: 'r = 1000 · L / N',
      weak: ['Khoảng dài hơn đếm được nhiều người khác nhau hơn: chỉ so hai khoảng dài bằng nhau.'],
    },
    interval: {
      title: 'Khoảng tin cậy',
      text: [
        'Khoảng 95 % Wilson của L/N nói phần ngẫu nhiên. Sổ đăng ký không phải mẫu, nên màn hình vẽ khoảng rộng hơn: kéo xuống tới tỉ lệ không kể người có nơi ở suy đoán, và kéo tới tỉ lệ tính theo tổng dân số chính thức, nếu những mức đó nằm ngoài.',
        'Khoảng rộng được vẽ rộng. Khi khoảng rộng hơn bậc màu, đơn vị có viền chấm trên bản đồ.',
      ],
      source: 'E. B. Wilson (1927).',
      weak: ['Không gồm sai số của bảng dân số ở từng phường và việc không ghi mã.'],
    },
    'rate-eb': {
      title: 'Tỉ lệ đã làm mượt (Bayes thực nghiệm)',
      text: [
        'Phường ít dân có tỉ lệ dao động mạnh do ngẫu nhiên. Tỉ lệ làm mượt kéo chúng về mức thành phố, càng ít dân càng kéo nhiều; phường đông dân gần như giữ nguyên.',
      ],
      formula: 'm = ΣL/ΣN, s² = ΣN(r−m)²/ΣN, A = max(0, s² − m/N̄), EB = m + A/(A + m/N)·(r − m)',
      source: 'R. J. Marshall (1991); trùng với spdep::EBest đến 1e-9.',
      weak: [
        'Một phường nhỏ thật sự khác biệt sẽ trông bình thường hơn thực tế cho đến khi có thêm số liệu.',
      ],
    },
    unreached: {
      title: 'Số người học còn thiếu',
      text: [
        'Cần thêm bao nhiêu người học để đơn vị bằng mức thành phố. Đây là khóa của bảng xếp hạng và trọng số khi chọn điểm dừng: nó lớn khi vừa thấp vừa đông dân.',
      ],
      formula: 'max(0, m − EB) · N',
      weak: [
        'Mức thành phố không phải là đích đúng; nó chỉ là mức đang có. Khi cả thành phố cùng giảm, con số này không đổi.',
      ],
    },
    underserved: {
      title: 'Chưa được phục vụ đủ',
      text: [
        'Đơn vị mà cận trên của khoảng, tính cả và không tính người có nơi ở suy đoán, đều dưới 0,75 lần mức thành phố. Nghĩa là thấp thật, không phải do ngẫu nhiên.',
      ],
      weak: ['Ngưỡng 0,75 là một quy ước.'],
    },
    certainty: {
      title: 'Độ chắc của thứ hạng',
      text: [
        'Bảng xếp hạng được tính lại 1.000 lần với tỉ lệ, dân số và nơi ở rút thăm trong phạm vi có thể. Độ chắc là phần số lần đơn vị thuộc 10 nơi thiếu nhất; từ 90 % là “khoảng trống chắc chắn”.',
        'Khoảng hạng là nơi thứ hạng rơi vào trong 95 % số lần. Trải từ 20 bậc trở lên thì đơn vị được ghi “chưa chắc”, thanh của nó có sọc.',
      ],
      source: 'Bootstrap tham số; Laird & Louis (1987, 1989).',
      weak: ['Chỉ gồm những bất định đã mô hình hóa. Điểm mất tín hiệu và lượt không mã không nằm trong đó.'],
    },
    class: {
      title: 'Bản đồ 3×3: mật độ và mức người học',
      text: [
        'Mật độ và tỉ lệ làm mượt đều chia làm ba phần, có trọng số dân số, nên mỗi phần có chừng một phần ba số dân. Sắc màu nói mức người học (cam là thấp, lam là cao), độ đậm nói mật độ. Cam đậm: đông dân mà ít người học.',
        'Ngưỡng là một phần của câu trả lời, và giữ nguyên khi so hai khoảng.',
      ],
      source: 'J. Stevens (2015).',
      weak: [
        'Chia ba thì lúc nào cũng có một phần ba thấp, kể cả khi mọi nơi đều tốt. Hai bên ngưỡng có thể gần như nhau.',
      ],
    },
    cluster: {
      title: 'Vùng lạnh và các cụm',
      text: [
        'Moran cục bộ trên chỉ số Bayes cho biết nơi thấp giữa những láng giềng cùng thấp (vùng lạnh), nơi cao giữa láng giềng cao, và nơi khác hẳn chung quanh. 9.999 hoán vị có điều kiện, hai phía; kiểm soát phát hiện sai theo Benjamini–Hochberg 0,05.',
        'Ranh giới chính thức: láng giềng là đơn vị chung cạnh hay góc. Ranh giới sơ đồ: 6 đơn vị gần nhất, nên kết quả chỉ để tham khảo. Đơn vị ở rìa thành phố có láng giềng không biết.',
      ],
      formula: 'z = (r − b)/√(a + b/N)',
      source: 'L. Anselin (1995); Assunção & Reis (1999); spdep.',
      weak: ['Ở rìa thành phố, thiếu láng giềng làm kết quả yếu đi. Bờ biển cũng bị coi là rìa.'],
    },
    grid: {
      title: 'Lưới dân cư',
      text: [
        'Dân của mỗi phường được rải đều trên các ô H3 cấp 9 (chừng 0,1 km²) có tâm nằm trong phường, chừa mặt nước nếu biết. Tổng các ô bằng đúng số dân của phường. Nếu nhập một lưới dân số (Kontur, WorldPop), lưới đó được co về tổng của phường.',
      ],
      weak: ['Dưới 1.500 người/km², rải đều chỉ là phỏng đoán: ô vẽ rỗng, và không xếp hạng.'],
    },
    supply: {
      title: 'Nguồn cung: chỗ ngồi và giờ mở',
      text: [
        'Một nơi học cung cấp số chỗ × số giờ mở mỗi tuần. Một điểm dừng của thư viện lưu động: số chỗ × thời gian đứng; đứng là ít nhất 10 phút trong vòng 60 m, theo vị trí hoặc lịch trình. Khóa trực tuyến không có chỗ nào trên bản đồ, nên không vào khả năng tiếp cận, nhưng vào đủ trong tỉ lệ.',
        'Khi sổ không ghi, dùng con số thông thường của loại: trung tâm 50 chỗ × 44 giờ; thư viện 40 × 48; nhà văn hóa 80 × 56; trường học 80 × 16; nơi làm việc 30 × 12; xe 16 chỗ. Mỗi lần dùng đều được đánh dấu.',
      ],
      weak: [
        'Các con số thông thường là giả định của sản phẩm, không phải thống kê. Điền chỗ và giờ vào sổ nơi học thì chúng biến mất.',
      ],
    },
    access: {
      title: 'Khả năng tiếp cận (E2SFCA)',
      text: [
        'Giờ-chỗ ngồi mỗi tuần trên 1.000 dân, có kể đến ai cùng dùng chung. Bước một chia giờ-chỗ của mỗi nơi cho dân quanh nó; bước hai cộng phần của các nơi quanh mỗi ô dân cư. Ba vùng 0–500–1000–1500 m đường đi, trọng số 1; 0,68; 0,22. Đường đi lấy bằng 1,3 lần đường thẳng.',
      ],
      source: 'W. Luo & Y. Qi (2009).',
      weak: ['Không biết sông, cầu, đường lớn. Không biết nơi ấy dạy gì và cho ai.'],
    },
    within: {
      title: 'Dân trong tầm tiếp cận (1 km)',
      text: [
        'Phần dân cách một nơi học mở ít nhất 2 giờ mỗi tuần, hoặc một điểm dừng được phục vụ ít nhất 30 phút trong 14 ngày, không quá 1 km đường đi (đường thẳng × 1,3).',
      ],
      weak: ['Nơi chưa đăng ký hoặc không có tọa độ thì không được kể.'],
    },
    silent: {
      title: 'Điểm mất tín hiệu báo cáo',
      text: [
        'Không có số liệu không phải là không có hoạt động. Một nơi mất tín hiệu khi xác suất im lặng từ lần cuối, nếu mọi thứ bình thường, dưới 0,001: tích của (1 − p) trên các giờ mở, p là phần các giờ cùng thứ trong 8 tuần có báo cáo. Ngày nghỉ lễ được bỏ qua; xe còn trong độ trễ thường ngày là “đang chờ”.',
        'Đơn vị có nơi như vậy được chấm trên bản đồ.',
      ],
      weak: ['Nơi chưa từng báo cáo thì không thể mất tín hiệu; nó chỉ vắng mặt.'],
    },
    final: {
      title: 'Đã báo cáo bao nhiêu',
      text: [
        'Từ độ trễ giữa lúc xảy ra và lúc nhận, theo nguồn, trong 8 tuần, ước lượng phần đã về của khoảng đang xem: “khoảng 92 % đã báo cáo”, với khoảng dự kiến của con số cuối và số lần khoảng như vậy từng đúng.',
      ],
      source: 'J. F. Lawless (1994); Bornhuetter & Ferguson (1972).',
      weak: ['Một đợt trễ khác thường (mất mạng cả tuần) nằm ngoài những gì đã học.'],
    },
    groups: {
      title: 'Nhóm người học',
      text: [
        'Không có bảng dân số theo nhóm, nên không có tỉ lệ thật của nhóm. Thay vào đó là số người học của nhóm trên 1.000 dân mọi nhóm, và thương số: tỉ trọng của nhóm trong người học ở đây chia cho tỉ trọng trong toàn thành phố. Trên 1 là nhóm có mặt nhiều hơn.',
      ],
      formula: '(L_ga / L_a) / (L_g / L)',
      source: 'Thương số vị trí; khoảng theo Beyene & Moineddin (2005).',
      weak: ['Phường nhiều người già tự nhiên có thương số cao cho người về hưu.'],
    },
    compare: {
      title: 'So sánh hai khoảng',
      text: [
        'Chỉ so khi hai khoảng dài bằng nhau, cùng các thứ trong tuần, cùng bộ lọc và cùng phân chia hành chính; nếu không, máy chủ từ chối và nói lý do. Mức nền của người học là trung bình của từng tuần riêng, không bao giờ là số đếm cả tháng.',
      ],
      weak: ['Ngày lễ rơi vào một trong hai khoảng vẫn làm lệch.'],
    },
    siting: {
      title: 'Điểm dừng tiếp theo',
      text: [
        'Chọn p điểm sao cho nhiều trọng số nhất mới vào tầm tiếp cận: bài toán phủ tối đa, giải tham lam rồi hoán đổi, không bao giờ dưới 63 % của tối ưu. Trọng số mặc định là số người học còn thiếu của phường, chia cho các ô theo số dân, nên bảng xếp hạng và việc chọn điểm nói cùng một điều.',
        '“Rời danh sách chưa được phục vụ đủ” giả định người mới vào tầm sẽ học theo mức thành phố, còn mức ấy giữ nguyên. Mỗi phường không được chọn đều có lý do.',
      ],
      source: 'Church & ReVelle (1974); Nemhauser, Wolsey & Fisher (1978).',
      weak: [
        'Là ước lượng trên của những gì khoảng cách làm được, không phải dự báo: gần hơn chưa chắc đã đến. Không xét giá, đường, chỗ đậu.',
      ],
    },
    'small-counts': {
      title: 'Số lượng nhỏ',
      text: [
        'Số 0 được công bố. Con số nói về 1 đến 4 người học (mặc định) được ẩn với vai trò dưới phân tích viên; số người học được làm tròn đến 5; và không bảng nào để lộ một ô bị ẩn qua phép trừ. Áp dụng cho cả dữ liệu trực tiếp, tệp tải về và bản đồ.',
      ],
      weak: ['Ô đã ẩn làm tổng của các ô nhỏ hơn tổng của thành phố.'],
    },
    division: {
      title: 'Trước và sau khi sắp xếp đơn vị',
      text: [
        'Có thể xem bất cứ khoảng nào theo đơn vị 2025 hoặc theo quận/huyện cũ. Năm chữ số có thể chỉ hai nơi: 26740 từng là Bến Nghé, nay là Sài Gòn. 31 phường cũ bị chia; sự kiện không có tọa độ trong đó thì chưa rõ phường.',
      ],
      weak: ['Theo phường cũ chỉ có số đếm, không có tỉ lệ, vì không có dân số cùng thời điểm.'],
    },
    boundaries: {
      title: 'Ranh giới sơ đồ',
      text: [
        'Khi chưa ai nhập ranh giới chính thức, các đơn vị được vẽ từ điểm và km² trong bảng, và được ghi là sơ đồ ở khắp nơi. Con số không phụ thuộc hình vẽ, trừ láng giềng của các cụm và ô của lưới dân cư.',
      ],
      weak: ['Hình sơ đồ trùng với ranh giới thật ở mức trung vị 0,57 (phần giao trên phần hợp).'],
    },
  },
};

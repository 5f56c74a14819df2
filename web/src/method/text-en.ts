import type { MethodText } from './text.ts';

/** The method page in English. */
export const methodEn: MethodText = {
  title: 'Method',
  about:
    'What each figure on the map means, what it is computed from, on whose work it rests and where it is weak. Limits given here are those of the figures on show.',
  contents: 'Contents',
  formula: 'Computed as',
  source: 'Source',
  weak: 'Known weakness',
  now: 'In use now',
  entries: {
    window: {
      title: 'Window and “as of”',
      text: [
        'A window holds whole hours, the first included and the last not, in the city’s time (UTC+7). “The past 90 days” are today and the 89 days before.',
        '“As of” is when the newest event counted was received. “Delayed by” is the age of the oldest event received and not yet counted.',
      ],
      weak: ['A window that reaches into today is not complete yet: see “Reported so far”.'],
    },
    basis: {
      title: 'Where it happened, or where learners live',
      text: [
        'Events, minutes and headcounts are counted where they happened: where is something going on? Learners and every rate are counted where people live: which ward is served? One column cannot answer both.',
        'An event without a point or a ward, from a source without a registered place, has no known ward. It is counted for the whole city and shown apart, never dropped.',
      ],
      weak: ['Online events have no place; they are part of rates by home alone.'],
    },
    home: {
      title: 'A learner’s home, and homes that are guessed',
      text: [
        'Home is the ward a learner gave last, by the end of the window. Who never gave one is placed in the ward where he or she was seen most in it.',
        '“Homes guessed” is the share of learners placed so. Learners from outside the city count as activity, never in a rate.',
      ],
      weak: [
        'People who learn far from home may be placed wrongly. So the interval on screen reaches down to the rate without them.',
      ],
    },
    learners: {
      title: 'Learners (L)',
      text: [
        'Different people with at least one activity other than registering in the window: counted exactly, not estimated.',
        'Records that give only a number of people (a class of 30) are headcount: shown apart, never part of L, rates or rankings. People without an id are at least the largest such record and at most their sum.',
      ],
      weak: ['Somebody who uses two kinds of id that cannot be linked is counted twice.'],
    },
    ids: {
      title: 'Learners’ ids',
      text: [
        'National id, telephone and card numbers are normalised and hashed with a key; the originals are kept nowhere. A “local” id means something within its source only.',
        '“Events with an id” is the share of records that name a learner. Under 80% an area’s learners are marked incomplete. “Recognised across sources” is the share of learners with a kind of id that other sources know too.',
      ],
      weak: ['A place that notes few ids looks as if few learnt there. Card and table give the share.'],
    },
    population: {
      title: 'Residents and area',
      text: [
        'Residents and km² come from the division’s table, never from a drawing. Density is residents by km².',
        'The 168 units sum to 14,544,929; the official total of the merged city is 14,002,598 (Resolution 202/2025/QH15). The table keeps both, and a test tells which wards change class or leave the ten worst when residents are scaled to the official total.',
        'Before and after the reform both use the residents of 2025: a count of 2019 below learners of today would invent a fall.',
      ],
      source:
        'sapnhap.bando.com.vn, snapshot of 2025-07-17 (registered or estimated residents, not a census), by way of vietnamadminunits (MIT); codes and names: vietnamese-provinces-database (MIT).',
      weak: [
        'The totals differ by 3.9%, and nobody knows in which wards. Residents are not known by age or group.',
      ],
    },
    rate: {
      title: 'Rate: learners per 1,000 residents',
      text: [
        'Learners who live in an area per 1,000 of its residents. The city’s rate is all learners by all residents of the areas shown.',
      ],
      formula: 'r = 1000 · L / N',
      weak: ['A longer window counts more different people: compare windows of one length only.'],
    },
    interval: {
      title: 'Interval',
      text: [
        'The 95% Wilson interval of L/N tells what chance allows. A register is not a sample, so the screen draws a wider one: out to the rate without guessed homes, and to the rate under the official total of residents, where those lie outside.',
        'A wide interval is drawn wide. Where it is wider than the class, the area has a stippled edge on the map.',
      ],
      source: 'E. B. Wilson (1927).',
      weak: ['Errors of the table of residents in single wards, and learners without an id, are not in it.'],
    },
    'rate-eb': {
      title: 'Smoothed rate (empirical Bayes)',
      text: [
        'Rates of small wards jump about by chance. The smoothed rate draws them to the city’s, the more the fewer live there; large wards hardly move.',
      ],
      formula: 'm = ΣL/ΣN, s² = ΣN(r−m)²/ΣN, A = max(0, s² − m/N̄), EB = m + A/(A + m/N)·(r − m)',
      source: 'R. J. Marshall (1991); equal to spdep::EBest within 1e-9.',
      weak: ['A small ward that truly differs looks more ordinary than it is until more is known.'],
    },
    unreached: {
      title: 'Unreached learners',
      text: [
        'How many more learners bring an area to the city’s rate. The key of the ranking and the weight of siting: it is large where the rate is low and many live.',
      ],
      formula: 'max(0, m − EB) · N',
      weak: [
        'The city’s rate is not the right target, only the present level. When the whole city falls, this figure does not.',
      ],
    },
    underserved: {
      title: 'Underserved',
      text: [
        'The upper bound of the interval, with and without guessed homes, is under 0.75 times the city’s rate: surely low, not by chance.',
      ],
      weak: ['0.75 is a convention.'],
    },
    certainty: {
      title: 'Certainty of the ranking',
      text: [
        'The ranking is made 1,000 times with rates, residents and homes drawn within what is possible. Certainty is the share of draws in which an area is among the 10 that lack most; from 90% it is a robust gap.',
        'The rank interval holds 95% of the draws. Where it spans 20 places or more the area is called doubtful, and its bar is striped.',
      ],
      source: 'Parametric bootstrap; Laird & Louis (1987, 1989).',
      weak: ['Only what is modelled is in it. Silent places and records without an id are not.'],
    },
    class: {
      title: 'The 3×3 map: density and reach',
      text: [
        'Density and the smoothed rate are each cut into thirds weighted by residents, so that about a third of the people live in each. Hue says reach (orange low, blue high), darkness says density. Dark orange: dense and barely reached.',
        'The limits are part of the answer and stay as they are while two windows are compared.',
      ],
      source: 'J. Stevens (2015).',
      weak: [
        'Of three thirds one is always the lowest, even where all is well. Two areas on either side of a limit may hardly differ.',
      ],
    },
    cluster: {
      title: 'Cold spots and clusters',
      text: [
        'Local Moran’s I of the empirical Bayes index tells areas that are low among low neighbours (cold spots), high among high, and unlike their surroundings. 9,999 conditional permutations, two-sided; Benjamini–Hochberg at 0.05.',
        'On official boundaries neighbours share an edge or a corner. On schematic ones they are the 6 nearest areas, and findings are indicative. Areas on the city’s edge have neighbours that nobody knows.',
      ],
      formula: 'z = (r − b)/√(a + b/N)',
      source: 'L. Anselin (1995); Assunção & Reis (1999); spdep.',
      weak: ['On the edge missing neighbours weaken the finding. The coast counts as edge too.'],
    },
    grid: {
      title: 'Residents’ grid',
      text: [
        'A ward’s residents are spread evenly over the H3 cells of resolution 9 (about 0.1 km²) whose middle lies in it, water left out where known. The cells sum to the ward exactly. An imported population grid (Kontur, WorldPop) is scaled to the wards’ totals.',
      ],
      weak: [
        'Under 1,500 residents per km² an even spread is a guess: such cells are drawn hollow and not ranked.',
      ],
    },
    supply: {
      title: 'Supply: seats and hours',
      text: [
        'A place offers seats × hours open a week. A stop of a mobile library: seats × time standing, which is at least 10 minutes within 60 m, from positions or the timetable. Online courses are nowhere on the map, so they have no part in access and a full part in rates.',
        'Where the register says nothing the usual figure of the kind stands in: centre 50 seats × 44 h; library 40 × 48; culture house 80 × 56; school 80 × 16; workplace 30 × 12; vehicle 16 seats. Every use is marked.',
      ],
      weak: [
        'Usual figures are this product’s assumption, not a statistic. They vanish when seats and hours are put in the register.',
      ],
    },
    access: {
      title: 'Access (E2SFCA)',
      text: [
        'Seat-hours a week per 1,000 residents, shared with whoever else is near. First each place’s seat-hours are divided by the residents about it, then each cell adds up its share of the places about it. Zones of 0–500–1000–1500 m of way with weights 1, 0.68 and 0.22. A way is taken as 1.3 times the straight line.',
      ],
      source: 'W. Luo & Y. Qi (2009).',
      weak: ['It knows no rivers, bridges or large roads, nor what is taught at a place and for whom.'],
    },
    within: {
      title: 'Residents within reach (1 km)',
      text: [
        'The share of residents within 1 km of way (straight line × 1.3) of a place open at least 2 hours a week, or of a stop served at least 30 minutes in 14 days.',
      ],
      weak: ['A place that is not registered, or has no point, is not seen.'],
    },
    silent: {
      title: 'Silent places',
      text: [
        'No data is not no activity. A place is silent when its silence since it was last heard would have a chance under 0.001 were all well: the product of (1 − p) over its open hours, p being the share of the same hours of the week in 8 weeks with any report. Holidays are left out; a vehicle within its usual delay is pending.',
        'Areas with such a place are dotted on the map.',
      ],
      weak: ['A place that never reported cannot fall silent; it is just missing.'],
    },
    final: {
      title: 'Reported so far',
      text: [
        'From the delays between happening and receiving, by source over 8 weeks: how much of the window has come in, “about 92% reported”, with the range expected of the final count and how often such ranges held before.',
      ],
      source: 'J. F. Lawless (1994); Bornhuetter & Ferguson (1972).',
      weak: ['An unusual delay (a network down for a week) lies outside of what was learnt.'],
    },
    groups: {
      title: 'Groups of learners',
      text: [
        'Residents by group are not known, so a group has no true rate. In its place: its learners per 1,000 residents of any group, and the quotient of its share among learners here by its share in the city. Over 1, the group is more present here.',
      ],
      formula: '(L_ga / L_a) / (L_g / L)',
      source: 'Location quotient; interval after Beyene & Moineddin (2005).',
      weak: ['A ward where many old people live naturally has a high quotient of retirees.'],
    },
    compare: {
      title: 'Comparing two windows',
      text: [
        'Only windows of one length, the same weekdays, the same filters and one division are compared; otherwise the service refuses and says why. A baseline of learners is the mean of separate weeks, never a count over the month.',
      ],
      weak: ['A holiday in one of the two windows still tilts the result.'],
    },
    siting: {
      title: 'Where the next stop should be',
      text: [
        'Of the candidates, p sites are chosen so that most weight gets newly within reach: maximal covering, greedy and then interchange, never under 63% of the optimum. The default weight is a ward’s unreached learners, shared among its cells as its residents are, so that ranking and siting say one thing.',
        '“Leaves the underserved list” assumes that people newly within reach learn at the city’s rate, which itself stays. Each ward that is not chosen is told why.',
      ],
      source: 'Church & ReVelle (1974); Nemhauser, Wolsey & Fisher (1978).',
      weak: [
        'An upper estimate of what distance can do, not a forecast: nearer is not yet coming. Cost, roads and parking are not considered.',
      ],
    },
    'small-counts': {
      title: 'Small counts',
      text: [
        '0 is published. A figure about 1 to 4 learners (by default) is hidden from roles under analyst, learners are rounded to 5, and no table lets a hidden cell be had by subtraction. So it is for live counters, downloads and the map.',
      ],
      weak: ['With hidden cells the areas sum to less than the city.'],
    },
    division: {
      title: 'Before and after the reform',
      text: [
        'Any window can be read by the units of 2025 or by former district. The same five digits can name two places: 26740 was Bến Nghé and is Sài Gòn. 31 former wards were divided; an event in one of them without a point has no known ward.',
      ],
      weak: ['Former wards have counts and no rates: there are no residents of one date for them.'],
    },
    boundaries: {
      title: 'Schematic boundaries',
      text: [
        'Until somebody imports the official boundaries areas are drawn from the points and km² of the table, and marked schematic everywhere. No figure depends on the drawing but the neighbours of clusters and the cells of the residents’ grid.',
      ],
      weak: ['The drawing overlaps real wards by a median of 0.57 (intersection over union).'],
    },
  },
};

import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { formatBasemapReport, readBasemap } from '../../geo/basemap.ts';
import { assertImportable, formatReport, readBoundaries } from '../../geo/import.ts';
import { assertWholePopulation, readPopulation } from '../../geo/population.ts';
import { formatPopulationGridReport, readPopulationGrid } from '../../geo/population-grid.ts';
import { DIVISIONS, type DivisionId } from '../contract/event.ts';
import { UsageError } from '../errors.ts';
import { createProgram, runProgram, settingsOf, terminalProgress } from './cli.ts';
import { runCommand } from './run.ts';

// npm run geo -- import | population | population-grid | basemap
const program = createProgram('geo', 'Boundaries, residents and the base map');

type Mapping = { division: string; code?: string; name?: string; parent?: string };

/** The mapping options that were given. */
function mappingOf({ code, name, parent }: Mapping): { code?: string; name?: string; parent?: string } {
  return {
    ...(code === undefined ? {} : { code }),
    ...(name === undefined ? {} : { name }),
    ...(parent === undefined ? {} : { parent }),
  };
}

function divisionOf(text: string): DivisionId {
  const found = DIVISIONS.find((division) => division === text);
  if (!found) throw new UsageError(`--division: given "${text}", allowed ${DIVISIONS.join(', ')}`);
  return found;
}

/** Where a file's figures come from and the day they speak of. Throws UsageError for another form of day. */
function originOf(
  file: string,
  options: { source?: string; date?: string },
): { source: string; date: string } {
  if (options.date !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(options.date)) {
    throw new UsageError(`--date: given "${options.date}", allowed YYYY-MM-DD`);
  }
  return {
    source: options.source ?? file.split('/').at(-1) ?? file,
    date: options.date ?? dayOf(file),
  };
}

/** The day a file was changed; today's for one that is not there, which its reader then says. */
function dayOf(file: string): string {
  return (statSync(file, { throwIfNoEntry: false })?.mtime ?? new Date()).toISOString().slice(0, 10);
}

program
  .command('import')
  .description('replace the schematic boundaries of a division by real ones')
  .argument('<input>', 'a GeoJSON, TopoJSON or Shapefile; a folder or archive of them; or a URL')
  .option('--division <id>', '2025 or pre-2025', '2025')
  .option('--code <property>', 'the property that holds the code of a unit')
  .option('--name <property>', 'the property that holds its name')
  .option('--parent <property>', 'the property that holds the name or code of its district')
  .option('--allow-missing', 'import although units would have no boundary')
  .action(async (input: string, options: Mapping & { allowMissing?: boolean }, command: Command) => {
    const config = settingsOf(command);
    const division = divisionOf(options.division);
    const { onProgress, stop } = terminalProgress();
    try {
      const { polygons, report } = await readBoundaries(input, {
        division,
        ...mappingOf(options),
        onProgress,
      });
      stop();
      console.log(formatReport(report));
      assertImportable(report, { allowMissing: options.allowMissing ?? false });
      const { relocated } = await runCommand(
        config,
        'import-boundaries',
        { division, polygons: [...polygons] },
        onProgress,
      );
      stop();
      console.log(`The boundaries of ${polygons.size} units of division ${division} are in force.`);
      if (relocated) console.log('Every stored event was located again and the rollups were rebuilt.');
    } finally {
      stop();
    }
  });

program
  .command('population')
  .description('a newer table of residents (CSV or JSON)')
  .argument('<file>')
  .option('--division <id>', '2025 or pre-2025', '2025')
  .option('--code <column>', 'the column that holds the code of a unit')
  .option('--name <column>', 'the column that holds its name')
  .option('--population <column>', 'the column that holds the residents')
  .option('--source <text>', 'where the figures come from; default: the name of the file')
  .option('--date <day>', 'the day they speak of, YYYY-MM-DD; default: the day of the file')
  .action(
    async (
      file: string,
      options: Mapping & { population?: string; source?: string; date?: string },
      command: Command,
    ) => {
      const division = divisionOf(options.division);
      const origin = originOf(file, options);
      const { population, report } = await readPopulation(file, division, {
        ...mappingOf(options),
        ...(options.population === undefined ? {} : { population: options.population }),
      });
      assertWholePopulation(report);
      const { units } = await runCommand(settingsOf(command), 'import-population', {
        division,
        residents: [...population],
        ...origin,
      });
      console.log(`Residents of ${units} units are in force: ${report.total.toLocaleString('en')} in all.`);
    },
  );

program
  .command('population-grid')
  .description('where residents live within wards (CSV or GeoJSON by H3 cell or point; gzip allowed)')
  .argument('<file>')
  .option('--source <text>', 'where the figures come from; default: the name of the file')
  .option('--date <day>', 'the day they speak of, YYYY-MM-DD; default: the day of the file')
  .action(async (file: string, options: { source?: string; date?: string }, command: Command) => {
    const origin = originOf(file, options);
    const { onProgress, stop } = terminalProgress();
    try {
      const { residents, report } = await readPopulationGrid(file, onProgress);
      stop();
      console.log(formatPopulationGridReport(report));
      const { wards, dropped_cells, dropped_share, fallback_wards } = await runCommand(
        settingsOf(command),
        'import-population-grid',
        { residents: [...residents], ...origin },
        onProgress,
      );
      stop();
      if (dropped_cells > 0)
        console.log(
          `  left out    ${dropped_cells} cells in no ward, ${(100 * dropped_share).toFixed(1)} % of the file's residents`,
        );
      if (fallback_wards.length > 0)
        console.log(
          `  spread      evenly in ${fallback_wards.length} wards without a cell: ${fallback_wards.join(', ')}`,
        );
      console.log(
        `The residents of ${wards} wards are spread as the file has them; ward totals stay the table's.`,
      );
    } finally {
      stop();
    }
  });

program
  .command('basemap')
  .description('water, green and roads to draw under the areas (GeoJSON)')
  .argument('<files...>')
  .option(
    '--attribution <text>',
    'whose data it is, as the page must say',
    '© OpenStreetMap contributors (ODbL)',
  )
  .action(async (files: string[], options: { attribution: string }, command: Command) => {
    const { onProgress, stop } = terminalProgress();
    try {
      const { areas, lines, report } = await readBasemap(files, { onProgress });
      stop();
      console.log(formatBasemapReport(report));
      const { features } = await runCommand(settingsOf(command), 'import-basemap', {
        attribution: options.attribution,
        layers: [
          { name: 'areas', content: areas },
          { name: 'lines', content: lines },
        ],
      });
      console.log(`The base map is in force: ${features} layers.`);
    } finally {
      stop();
    }
  });

await runProgram(program);

-- Residents by H3 cell: what was imported, and the grid in force for analysts to read.

-- A row: residents of one cell of an imported population grid, as its file has them. The newest `version` is in force.
CREATE TABLE IF NOT EXISTS population_grid
(
  version UInt32,
  h3 String,                                 -- H3 index, resolution 9
  residents Float64,                         -- of the file; only proportions within a ward count
  source String,
  date Date,
  imported_at DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (version, h3);

-- A row: the residents of one ward in one cell, under one state of boundaries, residents and imports. A cell stands
-- twice where a ward too small to hold a cell's centre lies in it.
CREATE TABLE IF NOT EXISTS residents_cells
(
  version String,                            -- hash of the rows of a state
  h3 UInt64,                                 -- H3 index, resolution 9
  ward LowCardinality(String),
  population UInt32,                         -- residents; a ward's cells sum to its residents exactly
  grid_quality LowCardinality(String)        -- even, low (a guess: under 1,500 residents per km²) or imported
)
ENGINE = ReplacingMergeTree
PARTITION BY version
ORDER BY (version, ward, h3);

-- A row: the residents of one ward in one cell, as they are in force.
CREATE VIEW IF NOT EXISTS residents_grid AS
SELECT h3, ward, population, grid_quality
FROM residents_cells FINAL
WHERE version = (SELECT value FROM service_state FINAL WHERE name = 'residents_version');

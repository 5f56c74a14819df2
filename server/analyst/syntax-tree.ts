import { SqlError } from './sql-error.ts';

/** One node of what `EXPLAIN AST` prints. */
export type Node = {
  /** e.g. `Function`, `TableIdentifier`, `SelectQuery`. */
  kind: string;
  /** What stands behind it: a name, a literal. */
  name: string;
  children: Node[];
};

/** Reads the tree that `EXPLAIN AST` prints, one node a line, a blank more for each level. Throws SqlError when it cannot. */
export function readTree(text: string): Node {
  const root: Node = { kind: '', name: '', children: [] };
  const path: Node[] = [root];
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const match = /^( *)([A-Za-z]\w*)(.*)$/.exec(line);
    const [, blanks = '', kind = '', rest = ''] = match ?? [];
    const parent = path[blanks.length];
    if (!match || !parent)
      throw new SqlError(62, 'syntax', 'names with line breaks or control characters are not taken');
    const name = rest
      .replace(/ \(children \d+\)$/, '')
      .replace(/ \(alias .*\)$/, '')
      .trim();
    const node: Node = { kind, name, children: [] };
    parent.children.push(node);
    path.length = blanks.length + 1;
    path.push(node);
  }
  const [top, ...others] = root.children;
  if (!top || others.length > 0) throw new SqlError(62, 'several_statements', 'one statement at a time');
  return top;
}

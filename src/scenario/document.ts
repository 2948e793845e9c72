/**
 * The YAML of a scenario with its places: every value can say on which line and in which column it
 * stands, and which of them came from `--set` instead of the file.
 *
 * A value that is wrong is noted and taken out (`prune`), so that the rest of the file can still be
 * read and all mistakes are reported together.
 */
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from "yaml";
import type { Problem } from "../redis/config/problem.js";

export type Path = readonly (string | number)[];

/**
 * How a place is named: by line and column of the text, or by the path of the value (`steps.0.at`), where the
 * text was made from data and nobody has ever seen it.
 */
export type Places = "lines" | "paths";

export class SourceDocument {
  readonly file: string;
  readonly problems: Problem[] = [];
  /** What may stand there, and does not do what it says. */
  readonly warnings: Problem[] = [];
  readonly #text: string;
  readonly #places: Places;
  readonly #document: Document;
  readonly #lines: LineCounter;
  #hasBadAlias = false;
  /** The paths that --set wrote, with the argument as given. */
  readonly #set: { readonly path: Path; readonly argument: string }[] = [];

  constructor(text: string, file: string, places: Places = "lines") {
    this.file = file;
    this.#text = text;
    this.#places = places;
    this.#lines = new LineCounter();
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      logLevel: "error",
    });
    for (const error of this.#document.errors)
      this.problems.push({
        where: this.#at(error.pos[0]),
        what:
          error.code === "MULTIPLE_DOCS"
            ? "a second document begins here, and a scenario is one"
            : lowerFirst(error.message),
      });
    this.#checkAliases();
  }

  get isBroken(): boolean {
    return this.problems.length > 0 && (this.#document.errors.length > 0 || this.#hasBadAlias);
  }

  /** Values are only read where each alias leads to its anchor, and to no explosion of copies. */
  #checkAliases(): void {
    visit(this.#document, {
      Alias: (_, alias) => {
        if (alias.resolve(this.#document) !== undefined) return;
        const where = this.#at(alias.range?.[0] ?? 0);
        this.problems.push(problem(where, `there is no anchor &${alias.source} above`));
        this.#hasBadAlias = true;
      },
    });
    if (this.isBroken) return;
    try {
      this.toJS();
    } catch (error) {
      this.problems.push(problem(`${this.file}:1:1`, lowerFirst(String(error))));
      this.#hasBadAlias = true;
    }
  }

  toJS(): unknown {
    return this.#document.toJS({ maxAliasCount: 1_000 });
  }

  /** As YAML again, comments included, with what --set wrote. */
  toText(): string {
    return this.#document.toString();
  }

  /** The comment at the top of the file: its prose, where it has no other. */
  get openingComment(): string {
    const lines = this.#text.split("\n");
    const end = lines.findIndex((line) => !line.startsWith("#"));
    return lines
      .slice(0, end < 0 ? lines.length : end)
      .map((line) => line.replace(/^# ?/, ""))
      .join("\n")
      .trim();
  }

  has(path: Path): boolean {
    return this.#document.hasIn(path);
  }

  /** The words that stand in the mapping at this path. */
  keys(path: Path): readonly string[] {
    const node = path.length === 0 ? this.#document.contents : this.#document.getIn(path, true);
    if (!isMap(node)) return [];
    return node.items.map((pair) => String(isScalar(pair.key) ? pair.key.value : pair.key));
  }

  /** Is something in the mapping at this path that was taken out because it is wrong? */
  isIncomplete(path: Path, kept: object): boolean {
    return this.keys(path).length > Object.keys(kept).length;
  }

  /** `value` is YAML, as on the command line: `5`, `500ms`, `[r1, r2]`. */
  set(path: Path, value: string, argument: string): boolean {
    const parsed = parseDocument(value);
    if (parsed.errors.length > 0) return false;
    for (let depth = 1; depth < path.length; depth++) {
      const above = path.slice(0, depth);
      const there = this.#document.getIn(above, true);
      if (isScalar(there) || there === undefined)
        this.#document.setIn(above, this.#document.createNode({}));
    }
    this.#document.setIn(path, this.#document.createNode(parsed.toJS() ?? ""));
    this.#set.push({ path, argument });
    return true;
  }

  /** Where the value at this path stands, or the nearest one above it. */
  where(path: Path): string {
    const set = this.#set.find((each) => each.path.every((word, i) => word === path[i]));
    if (set !== undefined) return `--set ${set.argument}`;
    if (this.#places === "paths") return path.join(".");
    for (let length = path.length; length > 0; length--) {
      const node = this.#document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) {
        // A mapping or list begins behind its key; the key is where one looks for it.
        const key = isScalar(node) ? undefined : this.#keyRange(path.slice(0, length));
        return this.#at(key ?? node.range[0]);
      }
    }
    return `${this.file}:1:1`;
  }

  /** Where the key of the value at this path stands. */
  whereKey(path: Path): string {
    const set = this.#set.find((each) => each.path.every((word, i) => word === path[i]));
    if (set !== undefined) return `--set ${set.argument}`;
    if (this.#places === "paths") return path.join(".");
    const range = this.#keyRange(path);
    return range === undefined ? this.where(path) : this.#at(range);
  }

  problem(path: Path, what: string, hint?: string): void {
    this.problems.push(problem(this.where(path), what, hint));
  }

  problemAtKey(path: Path, what: string, hint?: string): void {
    this.problems.push(problem(this.whereKey(path), what, hint));
  }

  /** As written, for messages. */
  textAt(path: Path): string {
    const value: unknown = this.#document.getIn(path);
    return isNode(value) ? "this" : String(value);
  }

  #keyRange(path: Path): number | undefined {
    const above = path.slice(0, -1);
    const last = path.at(-1);
    const node = above.length === 0 ? this.#document.contents : this.#document.getIn(above, true);
    if (!isMap(node)) return undefined;
    for (const pair of node.items)
      if (isScalar(pair.key) && String(pair.key.value) === String(last)) return pair.key.range?.[0];
    return undefined;
  }

  #at(offset: number): string {
    const { line, col } = this.#lines.linePos(offset);
    return `${this.file}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  }
}

export function problem(where: string, what: string, hint?: string): Problem {
  return hint === undefined ? { where, what } : { where, what, hint };
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

/**
 * A copy of plain data without the values at these paths: a wrong value is left out, an element of a
 * list becomes `undefined`, so that the places of the others still count.
 */
export function pruned(value: unknown, path: Path, wrong: readonly Path[]): unknown {
  if (Array.isArray(value))
    return value.map((element, i) =>
      isWrong([...path, i], wrong) ? undefined : pruned(element, [...path, i], wrong),
    );
  if (typeof value !== "object" || value === null) return value;
  const kept: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value))
    if (!isWrong([...path, key], wrong)) kept[key] = pruned(inner, [...path, key], wrong);
  return kept;
}

function isWrong(path: Path, wrong: readonly Path[]): boolean {
  return wrong.some((each) => samePath(each, path));
}

export function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((word, i) => String(word) === String(b[i]));
}

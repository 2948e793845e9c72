/**
 * `--set path=value`: changes a scenario before it is checked, so that one file serves for many
 * questions. `version=7.0`, `nodes.sentinels=5`, `network.default.latency=2ms`,
 * `sentinel.down-after-milliseconds=500`, `steps.0.at=20s`, `steps.kill.at=20s`.
 */
import { shortNames } from "./cluster.js";
import type { Path, SourceDocument } from "./document.js";
import { problem } from "./document.js";
import { scenarioSchema } from "./schema.js";
import { isOpenAt, keysAt, schemasAt } from "./schema-keys.js";
import { suggestion } from "./suggest.js";

export function applySettings(document: SourceDocument, settings: readonly string[]): void {
  for (const argument of settings) apply(document, argument);
}

function apply(document: SourceDocument, argument: string): void {
  const where = `--set ${argument}`;
  const equals = argument.indexOf("=");
  if (equals <= 0) {
    document.problems.push(problem(where, "expected path=value", "such as nodes.sentinels=5"));
    return;
  }
  const path = resolve(document, argument.slice(0, equals), where);
  if (path === undefined) return;
  if (!document.set(path, quoteVersion(path, argument.slice(equals + 1)), argument))
    document.problems.push(problem(where, "this value is not YAML"));
}

/** `7.0` is a number to YAML and would lose its nought. */
function quoteVersion(path: Path, value: string): string {
  return path.at(-1) === "version" ? JSON.stringify(value) : value;
}

/** Each word must be a key of the schema, or a name that the file has (or may have). */
function resolve(document: SourceDocument, dotted: string, where: string): Path | undefined {
  const path: (string | number)[] = [];
  for (const word of dotted.split(".")) {
    const keys = keysAt(scenarioSchema, path);
    const existing = document.keys(path);
    if (keys.includes(word) || existing.includes(word)) {
      path.push(word);
      continue;
    }
    const index = elementAt(document, path, word);
    if (index !== undefined) {
      path.push(index);
      continue;
    }
    const candidates = candidatesAt(document, path, [...keys, ...existing]);
    if (candidates.includes(word) || isNewClient(path, dotted)) {
      path.push(word);
      continue;
    }
    const isDirective =
      path.at(-1) === "server" || path.at(-1) === "sentinel" || path.at(-1) === "directives";
    if (isOpenAt(scenarioSchema, path) && (isDirective || isWritable(path))) {
      path.push(word);
      continue;
    }
    const above = path.length === 0 ? "a scenario" : path.join(".");
    document.problems.push(
      problem(where, `${above} has no key ${word}`, suggestion(word, candidates)),
    );
    return undefined;
  }
  if (schemasAt(scenarioSchema, path).length === 0) {
    document.problems.push(problem(where, `nothing can be set at ${dotted}`));
    return undefined;
  }
  return path;
}

/** What may stand here: nodes of the short form, too, though the file does not name them. */
function candidatesAt(document: SourceDocument, path: Path, there: readonly string[]): string[] {
  const words = new Set([...there, ...elementNames(document, path)]);
  if (path.length === 1 && path[0] === "nodes") {
    const raw = document.toJS() as { readonly nodes?: unknown } | null;
    const nodes = raw?.nodes;
    if (typeof nodes === "object" && nodes !== null)
      for (const name of shortNames(nodes)) words.add(name);
  }
  return [...words];
}

/** `clients.app={}` is a client more; `clients.ap.policy=...` is more likely a slip. */
function isNewClient(path: Path, dotted: string): boolean {
  return path.length === 1 && path[0] === "clients" && dotted.split(".").length === 2;
}

/** Where names are the user's own, a new one may be set; but a node that does not exist is a slip. */
function isWritable(path: Path): boolean {
  return (
    path[0] === "hosts" ||
    path[0] === "names" ||
    path.at(-1) === "files" ||
    path.at(-1) === "scripts"
  );
}

/** An element of a list by its place, from 0, or by its name. */
function elementAt(document: SourceDocument, path: Path, word: string): number | undefined {
  const names = elementNames(document, path);
  const named = names.indexOf(word);
  if (named >= 0) return named;
  return /^\d+$/.test(word) && document.has([...path, Number(word)]) ? Number(word) : undefined;
}

function elementNames(document: SourceDocument, path: Path): readonly string[] {
  if (path.length !== 1 || path[0] !== "steps") return [];
  const names: string[] = [];
  for (let i = 0; document.has(["steps", i]); i++)
    names.push(document.textAt(["steps", i, "name"]));
  return names;
}

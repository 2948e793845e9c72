/**
 * Holds a document against the schema and turns zod's issues into problems a person can act on: the
 * place in the file, what was expected, what was found, the nearest valid word.
 */
import type * as z from "zod";
import { type Path, pruned, type SourceDocument, samePath } from "./document.js";
import { type RawScenario, scenarioSchema } from "./schema.js";
import { keysAt } from "./schema-keys.js";
import { suggestion } from "./suggest.js";

/** Each round takes out what is wrong; nesting is never deeper than this. */
const roundsMax = 12;

/** What stands in for a key that every scenario needs, so that the rest can be read without it. */
const placeholders = { duration: "60s", nodes: {} };

/** Undefined: nothing is left to read on. The problems are in the document. */
export function checkShape(document: SourceDocument): RawScenario | undefined {
  const original = document.toJS();
  const wrong: Path[] = [];
  for (let round = 0; round < roundsMax; round++) {
    const left = pruned(original, [], wrong);
    const isMapping = typeof left === "object" && left !== null && !Array.isArray(left);
    const result = scenarioSchema.safeParse(
      round > 0 && isMapping ? { ...placeholders, ...left } : left,
    );
    if (result.success) return result.data;
    for (const issue of result.error.issues) {
      for (const path of settle(document, issue, round === 0)) {
        const isOut = wrong.some((each) => samePath(each, path));
        const next = isOut ? path.slice(0, -1) : path;
        if (next.length > 0) wrong.push(next);
        else if (!isMapping) return undefined;
      }
    }
  }
  return undefined;
}

/** Reports an issue where it is a mistake of the user's and not our taking out; answers what must go. */
function settle(
  document: SourceDocument,
  issue: z.core.$ZodIssue,
  isFirst: boolean,
): readonly Path[] {
  const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
  if (issue.code === "unrecognized_keys") {
    for (const key of issue.keys) unknownKey(document, [...path, key], path);
    return issue.keys.map((key) => [...path, key]);
  }
  if (issue.code === "invalid_union") {
    const inner = innermost(issue);
    if (inner !== undefined) {
      const nested = { ...inner, path: [...issue.path, ...inner.path] };
      return settle(document, nested, isFirst);
    }
  }
  if (!document.has(path)) {
    // What was taken out in an earlier round has been reported then.
    if (isFirst) missing(document, path);
    return [path.slice(0, -1)];
  }
  if (isFirst || issue.code !== "invalid_type") wrongValue(document, path, issue.message);
  return [path];
}

/**
 * Of the alternatives of a union the one that was meant: a mapping was written and one of them is a
 * mapping, so the mistake is inside it.
 */
function innermost(issue: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue | undefined {
  for (const issues of issue.errors) {
    const [first] = issues;
    if (first !== undefined && (first.path.length > 0 || first.code === "unrecognized_keys"))
      return first;
  }
  return undefined;
}

function unknownKey(document: SourceDocument, path: Path, above: Path): void {
  const key = String(path.at(-1));
  const inside = placeName(above, "a scenario");
  document.problemAtKey(
    path,
    `${inside} has no key ${key}`,
    suggestion(key, keysAt(scenarioSchema, above)),
  );
}

/** As one reads the file: the number of a step says nothing that the line does not. */
function placeName(path: Path, scenario: string): string {
  const [list, index, ...rest] = path;
  if (typeof index !== "number") return path.length === 0 ? scenario : path.join(".");
  const inside = rest.filter((word) => typeof word === "string").join(".");
  if (inside !== "") return inside;
  return list === "steps" ? "a step" : list === "expect" ? "a claim" : path.slice(0, -1).join(".");
}

function missing(document: SourceDocument, path: Path): void {
  const key = String(path.at(-1));
  const above = path.slice(0, -1);
  const place = placeName(above, "the scenario");
  document.problem(above, `${place} needs the key ${key}`);
}

function wrongValue(document: SourceDocument, path: Path, message: string): void {
  const found = inWords(document.textAt(path));
  const expected = message.startsWith("expected") ? message : inOurWords(message);
  const choices = /^expected (?:one of the versions )?([\w.-]+(?:, [\w.-]+)*) or ([\w.-]+)$/.exec(
    expected,
  );
  const words = choices === null ? [] : [...(choices[1] ?? "").split(", "), choices[2] ?? ""];
  const near = words.length === 0 ? undefined : suggestion(found, words);
  document.problem(
    path,
    found === "this" ? expected : `${expected}, not ${found}`,
    near?.startsWith("did") === true ? near : undefined,
  );
}

/** What was found, fit for a terminal: a file that is no text at all may come this far. */
function inWords(found: string): string {
  if (found === "" || found === "null") return "nothing";
  const isControl = (each: string) => each < " " || (each >= "\x7f" && each <= "\x9f");
  const line = [...found.slice(0, 61)].map((each) => (isControl(each) ? "?" : each)).join("");
  return found.length > 60 ? `${line.slice(0, 57)}...` : line;
}

/** The schema's words for what YAML knows by others. */
const kinds: Readonly<Record<string, string>> = {
  record: "a mapping",
  object: "a mapping",
  array: "a list",
  string: "a text",
  number: "a number",
  boolean: "true or false",
};

function inOurWords(message: string): string {
  const kind = kinds[/^Invalid input: expected (\w+)/.exec(message)?.[1] ?? ""];
  return kind === undefined ? lowerFirst(message) : `expected ${kind}`;
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

/**
 * Finds a scenario by its name in the library or by a path, and reads it with the configuration files
 * it names. Everything that was read is kept, for a trace holds it all.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { formatProblem } from "../redis/config/problem.js";
import { type Parsed, parseScenario } from "../scenario/parse.js";
import type { Scenario } from "../scenario/scenario.js";
import { nearest } from "../scenario/suggest.js";
import { say } from "./print.js";
import { UserError } from "./user-error.js";

/** What `redsim init` writes into a folder. */
export const initFile = "redsim.yaml";

export interface SourceText {
  /** As shown in front of line numbers. */
  readonly name: string;
  readonly text: string;
  /** Configuration files by the path that the scenario uses. */
  readonly files: Readonly<Record<string, string>>;
  readonly set: readonly string[];
}

export interface LoadedScenario {
  readonly scenario: Scenario;
  readonly source: SourceText;
}

export interface LibraryEntry {
  readonly name: string;
  readonly theme: string;
  readonly path: string;
}

/** The scenarios that come with redsim, by theme and name. */
export function library(): LibraryEntry[] {
  const root = fileURLToPath(new URL("../../scenarios", import.meta.url));
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".yaml"))
    .sort()
    .map((path) => ({
      name: basename(path, ".yaml"),
      theme: dirname(path),
      path: join(root, path),
    }));
}

/**
 * `nameOrFile`: a name of the library, or a path to a file. Whoever asked for what is not modelled is
 * told beside the output.
 */
export function loadScenario(nameOrFile: string, set: readonly string[]): LoadedScenario {
  const path = locate(nameOrFile);
  const name = relative(process.cwd(), path).startsWith("..")
    ? basename(path)
    : relative(process.cwd(), path);
  const text = readText(path, nameOrFile);
  const files: Record<string, string> = {};
  const read = (file: string): string | undefined => {
    try {
      const content = readFileSync(resolve(dirname(path), file), "latin1");
      files[file] = content;
      return content;
    } catch {
      return undefined;
    }
  };
  const { scenario, warnings } = parsed(name, text, read, set);
  for (const warning of warnings) say(`warning: ${formatProblem(warning)}`);
  return { scenario, source: { name, text, files, set } };
}

/** The same from texts alone, as a trace holds them. */
export function scenarioOf(source: SourceText): Scenario {
  return parsed(source.name, source.text, (file) => source.files[file], source.set).scenario;
}

function parsed(
  file: string,
  text: string,
  read: (file: string) => string | undefined,
  set: readonly string[],
): Extract<Parsed, { readonly problems: undefined }> {
  const result = parseScenario(text, { file, read, set });
  if (result.scenario === undefined) throw new UserError(result.problems);
  return result;
}

function locate(nameOrFile: string): string {
  const entries = library();
  const entry = entries.find((each) => each.name === nameOrFile);
  if (entry !== undefined) return entry.path;
  // A folder means the scenario that init has written there.
  const inFolder = join(nameOrFile, initFile);
  if (exists(inFolder)) return resolve(inFolder);
  const looksLikeFile = /[/\\]|\.ya?ml$/.test(nameOrFile);
  if (looksLikeFile || existsSync(nameOrFile)) return resolve(nameOrFile);
  throw UserError.of(
    "",
    `no scenario is called ${nameOrFile}`,
    hintAt(
      nameOrFile,
      entries.map((each) => each.name),
    ),
  );
}

function hintAt(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined ? "redsim list shows them" : `did you mean ${near}?`;
}

function exists(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

function readText(path: string, shown: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as { readonly code?: string }).code === "EISDIR")
      throw UserError.of(shown, `there is no ${initFile} in this folder`, `redsim init ${shown}`);
    throw UserError.of(shown, reasonOf(error), "redsim list shows what comes with redsim");
  }
}

/** What the operating system said, in words. */
export function reasonOf(error: unknown): string {
  const code = (error as { readonly code?: string }).code;
  switch (code) {
    case "ENOENT":
      return "no such file or directory";
    case "EISDIR":
      return "this is a directory";
    case "EACCES":
    case "EPERM":
      return "permission denied";
    case "ENOTDIR":
      return "a part of this path is not a directory";
    case "ENOSPC":
      return "the disk is full";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

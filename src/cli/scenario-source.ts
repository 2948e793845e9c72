/**
 * Finds a scenario by its name in the library or by a path, and reads it with the configuration files
 * it names. Everything that was read is kept, for a trace holds it all.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { traceMark } from "../observe/trace.js";
import { type ConfigFiles, filesOf } from "../redis/config/config-files.js";
import { formatProblem, type Problem } from "../redis/config/problem.js";
import { type Parsed, parseScenario } from "../scenario/parse.js";
import type { Scenario } from "../scenario/scenario.js";
import { nearest } from "../scenario/suggest.js";
import { namesInFolder } from "./folder.js";
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
    .map((path) => path.slice(0, -".yaml".length))
    .sort()
    .map((path) => ({
      name: basename(path),
      theme: dirname(path),
      path: join(root, `${path}.yaml`),
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
  if (text.startsWith(traceMark))
    throw UserError.of(nameOrFile, "this is a trace", `redsim replay ${nameOrFile}`);
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
  const list = (folder: string) => namesInFolder(resolve(dirname(path), folder));
  const { scenario, warnings } = parsed(name, text, { read, list }, set);
  for (const warning of grouped(warnings)) say(`warning: ${formatProblem(warning)}`);
  return { scenario, source: { name, text, files, set } };
}

/** What is said of one node's file is mostly true of the others': once, with all places. */
function grouped(warnings: readonly Problem[]): readonly Problem[] {
  const places = new Map<string, { readonly first: Problem; readonly where: string[] }>();
  for (const warning of warnings) {
    const known = places.get(warning.what);
    if (known === undefined) places.set(warning.what, { first: warning, where: [warning.where] });
    else known.where.push(warning.where);
  }
  return [...places.values()].map(({ first, where }) => ({ ...first, where: where.join(", ") }));
}

/** The same from texts alone, as a trace holds them. */
export function scenarioOf(source: SourceText): Scenario {
  const files = filesOf(new Map(Object.entries(source.files)));
  return parsed(source.name, source.text, files, source.set).scenario;
}

function parsed(
  file: string,
  text: string,
  files: ConfigFiles,
  set: readonly string[],
): Extract<Parsed, { readonly problems: undefined }> {
  const result = parseScenario(text, { file, ...files, set });
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
    const isMissing = (error as { readonly code?: string }).code === "ENOENT";
    const hint = isMissing ? "redsim list shows what comes with redsim" : undefined;
    throw UserError.of(shown, reasonOf(error), hint);
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
    case "EROFS":
      return "the file system is read-only";
    case "ENOSPC":
      return "the disk is full";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

/**
 * The files that a configuration is read from, and which of them an `include` line opens
 * (`loadServerConfig()`): the one of that path or, from 7.0 on, all that a pattern fits. Those are one text to
 * Redis: where the newline at the end of one is missing, the next one goes on in the same line.
 */
import { namesIn } from "../../kernel/disk.js";
import type { ConfigFile } from "./config-file.js";
import { globPaths, hasWildcard, type ListFolder } from "./glob-paths.js";

export interface ConfigFiles {
  /** The text of a file; undefined: there is none, or nobody can read it. */
  readonly read: (path: string) => string | undefined;
  readonly list: ListFolder;
}

/** Files of which only these texts are there. */
export function filesOf(texts: ReadonlyMap<string, string>): ConfigFiles {
  return {
    read: (path) => texts.get(path),
    list: (folder) => namesIn(folder, texts.keys()),
  };
}

/** What `include path` opens, in order. */
export function includedPaths(path: string, { list }: ConfigFiles): readonly string[] {
  return hasWildcard(path) ? globPaths(path, list) : [path];
}

/** The files behind those paths, each with what the one before left without a newline. */
export function openedFiles(
  paths: readonly string[],
  { read }: ConfigFiles,
): readonly (ConfigFile | { readonly path: string; readonly text: undefined })[] {
  let unfinished = "";
  return paths.map((path, i) => {
    const text = read(path);
    if (text === undefined) return { path, text };
    const whole = unfinished + text;
    const end = i === paths.length - 1 ? whole.length : whole.lastIndexOf("\n") + 1;
    unfinished = whole.slice(end);
    return { path, text: whole.slice(0, end) };
  });
}

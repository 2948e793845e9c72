/**
 * What the configuration files of a node include. Redis opens such a file at each boot by the path that
 * stands in the line (`loadServerConfigFromString()`), and so it lies on the node's disk under just that
 * path; here its text is found once, with the scenario. So are all that a pattern fits, whatever the
 * version: of one that knows no patterns the line itself is a mistake.
 */
import { configLines } from "../redis/config/config-file.js";
import {
  type ConfigFiles,
  filesOf,
  includedPaths,
  openedFiles,
} from "../redis/config/config-files.js";

/** Texts of included files, by their paths as the lines have them. */
export type Included = ReadonlyMap<string, string>;

/** All that a text includes, and what that includes; what cannot be read is left out. */
export function includedBy(text: string, files: ConfigFiles): Included {
  const included = new Map<string, string>();
  const pending = [text];
  for (let next = pending.pop(); next !== undefined; next = pending.pop())
    for (const { args } of configLines({ path: "", text: next })) {
      const path = includedPath(args);
      for (const each of path === undefined ? [] : includedPaths(path, files)) {
        const found = included.has(each) ? undefined : files.read(each);
        if (found === undefined) continue;
        included.set(each, found);
        pending.push(found);
      }
    }
  return included;
}

/** The lines of a text with those of its includes in their places, each under the number of its own line. */
export function expandedLines(
  text: string,
  included: Included,
  including: readonly string[] = [],
): { readonly line: number; readonly args: readonly string[] }[] {
  const files = filesOf(included);
  return configLines({ path: "", text }).flatMap(({ where, args }) => {
    const line = Number(where.slice(1));
    const path = includedPath(args);
    if (path === undefined) return [{ line, args: args ?? [] }];
    return openedFiles(includedPaths(path, files), files).flatMap((file) =>
      file.text === undefined || including.includes(file.path)
        ? []
        : expandedLines(file.text, included, [...including, file.path]).map((each) => ({
            line,
            args: each.args,
          })),
    );
  });
}

/** A node's files where its disk is not at hand. */
export function filesOfNode(
  files: readonly { readonly path: string; readonly text: string }[],
): ConfigFiles {
  return filesOf(new Map(files.map(({ path, text }) => [path, text])));
}

/** A path that stands in a file, as whoever opens that file's own path would open it. */
export function besides(file: string, path: string): string {
  if (path.startsWith("/")) return path;
  const steps = file.split("/").slice(0, -1);
  for (const step of path.split("/")) {
    const isBack = step === ".." && steps.length > 0 && steps.at(-1) !== "..";
    if (isBack) steps.pop();
    else if (step !== ".") steps.push(step);
  }
  return steps.join("/");
}

function includedPath(args: readonly string[] | undefined): string | undefined {
  const [first = "", path, ...rest] = args ?? [];
  return first.toLowerCase() === "include" && rest.length === 0 ? path : undefined;
}

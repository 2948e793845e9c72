/** Paths on a node's disk, which are those of a Unix machine. */

/** Where `path` leads from the directory `from`, absolute and without `.` and `..`, as getcwd() tells. */
export function resolvePath(from: string, path: string): string {
  const parts: string[] = [];
  for (const part of `${path.startsWith("/") ? "" : from}/${path}`.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

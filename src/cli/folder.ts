/** A folder of the real machine, as patterns in `include` lines want it listed. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Its names, those of folders with a slash at their end, links followed; none where nobody can look in. */
export function namesInFolder(folder: string): readonly string[] {
  try {
    return readdirSync(folder).map((name) => {
      const found = statSync(join(folder, name), { throwIfNoEntry: false });
      return found?.isDirectory() === true ? `${name}/` : name;
    });
  } catch {
    return [];
  }
}

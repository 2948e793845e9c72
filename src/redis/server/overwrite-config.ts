/**
 * `rewriteConfigOverwriteFile()`: a temporary file that is synced takes the place of the old one, for CONFIG
 * REWRITE and for whatever a Sentinel must not forget.
 */
import type { LateText } from "../../kernel/disk.js";
import type { ServerProcess } from "./process.js";

/** EISDIR */
const directoryError = "Is a directory";

/** What went wrong (`strerror()`); undefined: the file is the new one. */
export function overwriteConfig(
  process: ServerProcess,
  path: string,
  content: string | LateText,
  bytes: number,
): string | undefined {
  const { disk } = process.context;
  const temporary = `${path}.XXXXXX`;
  if (!disk.write(temporary, content, bytes)) {
    const why = disk.error;
    disk.remove(temporary);
    process.log("#", `Failed after writing (0) bytes to tmp config file (${why})`);
    return why;
  }
  disk.sync(temporary);
  if (!disk.rename(temporary, path)) {
    const why = disk.error;
    disk.remove(temporary);
    // From 7.0 on a directory is noticed before, when the old text is read.
    if (!process.behaviour.from70 || why !== directoryError)
      process.log("#", `Could not rename tmp config file (${why})`);
    return why;
  }
  process.log(".", `Rewritten config file (${path}) successfully`);
  return undefined;
}

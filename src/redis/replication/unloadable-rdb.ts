/**
 * A replica that cannot load what its master sent: what it says, and whether it lives on.
 *
 * A file that contradicts itself ends the server (`rdbReportError()` exits); one that a server of this
 * version does not read at all, or a socket that broke, is a failed synchronization, which is tried
 * again. Real servers have types of values that ours have not: such a file is no worse than a failed
 * synchronization either, and the old dataset stays.
 */
import type { RdbLoadOptions } from "../persistence/rdb-decode.js";
import type { RdbProblem } from "../persistence/rdb-reader.js";
import type { DataServer } from "./data-server.js";

type Source = "disk" | "socket";

export function loadOptions({ behaviour, settings }: DataServer): RdbLoadOptions {
  const { databases, rdbchecksum: checksum } = settings;
  return { version: behaviour.version, databases, checksum };
}

/** Logs it; true: the server exits. */
export function diesOf(server: DataServer, problem: RdbProblem, source: Source): boolean {
  const { context, process } = server;
  const { kind, message } = problem;
  switch (kind) {
    case "fatal":
      process.log("#", message);
      context.exit(1);
      return true;
    case "corrupt":
      process.log("#", source === "socket" ? `${message}. Failure loading rdb format` : message);
      break;
    case "cut":
      logCut(server, message, source);
      if (source === "disk") break;
      logFailure(server, source, "Success");
      return false;
    default:
      process.log("#", message);
      logFailure(server, source, "Invalid argument");
      return false;
  }
  process.log("#", "Terminating server after rdb file reading failure.");
  context.exit(1);
  return true;
}

/** What rdbLoadRio() says of a file that should go on. */
export function logCut({ process }: DataServer, report: string, source: Source): void {
  process.log("#", "Short read or OOM loading DB. Unrecoverable error, aborting now.");
  const resumed =
    ". Failure loading rdb format from socket, assuming connection error, resuming operation.";
  process.log("#", source === "socket" ? `${report}${resumed}` : report);
}

/** What readSyncBulkPayload() says of it. */
export function logFailure(
  { behaviour, process }: DataServer,
  source: Source,
  reason: string,
): void {
  const failed = `Failed trying to load the MASTER synchronization DB from ${source}`;
  if (behaviour.from72) process.log("#", `${failed}, check server logs.`);
  else process.log("#", behaviour.from70 ? `${failed}: ${reason}` : failed);
}

/**
 * How stand-ins find the simulation that they have in common: by REDSIM_SOCKET, or by the nearest
 * `redsim.sock` in the working directory or above it, so that what is started in one place belongs
 * together. Whoever finds none begins one in its working directory; a lock file, held meanwhile, keeps
 * two from doing so at once.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync, statSync, unlinkSync, writeSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { attempt, errorText } from "./error-text.js";
import { isRunning } from "./process-state.js";

const socketName = "redsim.sock";
/** sun_path has 108 bytes, on some systems 104. */
const pathMax = 100;
/** Real milliseconds that a simulation may take to begin, and between two looks whether it has. */
const beginsWithin = 20_000;
const interval = 20;

export class RendezvousError extends Error {}

/** Where the socket is, or is to be. */
export function meetingPoint(asked: string | undefined, directory: string): string {
  if (asked !== undefined) return short(resolve(directory, asked));
  for (let folder = directory; ; folder = dirname(folder)) {
    const path = short(join(folder, socketName));
    if (isOurs(path)) return path;
    if (folder === dirname(folder)) return short(join(directory, socketName));
  }
}

/** A connection to the simulation there, which is begun if there is none. */
export async function meet(path: string): Promise<Socket> {
  const deadline = performance.now() + beginsWithin;
  while (performance.now() < deadline) {
    const socket = await tryConnect(path);
    if (socket !== undefined) return socket;
    if (takeLock(path)) {
      try {
        // Somebody may have begun one, and given the lock back, since.
        return (await tryConnect(path)) ?? (await begin(path, deadline));
      } finally {
        removeLock(lockOf(path));
      }
    }
    await pause();
  }
  throw new RendezvousError(`no simulation answers at ${path}`);
}

/** A path too long for a socket is stood for by one in the folder for temporary files. */
function short(path: string): string {
  if (Buffer.byteLength(path) <= pathMax) return path;
  const hash = createHash("sha256").update(path).digest("hex").slice(0, 16);
  return join(tmpdir(), `redsim-${hash}.sock`);
}

/** Nobody follows a socket that another user left in a folder above. */
function isOurs(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isSocket() === true && found.uid === process.getuid?.();
}

/** Undefined: nobody listens there. */
export function tryConnect(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const failed = () => resolve(undefined);
    socket.once("error", failed);
    socket.once("connect", () => {
      socket.off("error", failed);
      resolve(socket);
    });
  });
}

/** A process of its own, which outlives this one. What it says before it is ready is why it is not. */
async function begin(path: string, deadline: number): Promise<Socket> {
  const program = fileURLToPath(new URL("daemon-main.js", import.meta.url));
  const daemon = spawn(process.execPath, [program, path], {
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
    cwd: dirname(path),
  });
  let said = "";
  let hasEnded = false;
  daemon.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  daemon.on("error", (error) => {
    said += error.message;
    hasEnded = true;
  });
  daemon.on("close", () => {
    hasEnded = true;
  });
  daemon.unref();
  while (performance.now() < deadline && !hasEnded) {
    const socket = await tryConnect(path);
    if (socket !== undefined) {
      daemon.stderr.destroy();
      return socket;
    }
    await pause();
  }
  throw new RendezvousError(said.trim() || `the simulation at ${path} did not begin`);
}

function lockOf(path: string): string {
  return `${path}.lock`;
}

/** A lock whose holder is gone is nobody's. */
function takeLock(path: string): boolean {
  const lock = lockOf(path);
  try {
    const descriptor = openSync(lock, "wx");
    writeSync(descriptor, `${process.pid}\n`);
    closeSync(descriptor);
    return true;
  } catch (error) {
    if ((error as { readonly code?: string }).code !== "EEXIST")
      throw new RendezvousError(
        `no simulation can be begun at ${path}: ${errorText(error)} ` +
          "(REDSIM_SOCKET names another place)",
      );
  }
  if (isAbandoned(lock)) removeLock(lock);
  return false;
}

/** Or somebody else was faster. */
function removeLock(lock: string): void {
  attempt(() => unlinkSync(lock));
}

function isAbandoned(lock: string): boolean {
  try {
    const age = Date.now() - statSync(lock).mtimeMs;
    const holder = Number(readFileSync(lock, "utf8"));
    return age > beginsWithin || (holder > 0 && !isRunning(holder));
  } catch {
    return false;
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, interval));
}

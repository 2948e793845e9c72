/** redsim as a user runs it: a process of its own, in a temporary folder. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const main = resolve(import.meta.dirname, "../../dist/cli/main.js");

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RedsimOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A module that is loaded first, as source. */
  readonly preload?: string;
}

export function redsim(args: readonly string[], options: RedsimOptions = {}): Ended {
  const preload =
    options.preload === undefined
      ? []
      : ["--import", `data:text/javascript,${encodeURIComponent(options.preload)}`];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...preload, main, ...args], {
    cwd: options.cwd ?? resolve(import.meta.dirname, "../.."),
    encoding: "utf8",
    env: { PATH: process.env["PATH"], ...options.env },
    maxBuffer: 256 * 1024 * 1024,
  });
  return { code: status, out: stdout, err: stderr };
}

/** Does something in a folder that is gone afterwards. */
export function inFolder<Result>(use: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), "redsim-"));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

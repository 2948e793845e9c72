/**
 * The files of this machine as the nodes of the stand-ins see them: configuration files and scripts.
 * All of it is done at once, in the middle of a step: a node's write has to be on the disk, or to have
 * failed, when its client hears of it.
 */
import {
  accessSync,
  constants,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { isAbsolute } from "node:path";
import { namesInFolder } from "../cli/folder.js";
import type { ChildId } from "../kernel/actor.js";
import type { FoundFile, RealMachine } from "../kernel/real-machine.js";
import { fromBinary, toBinary } from "../redis/wire/utf8.js";
import { attempt } from "./error-text.js";

/** Whoever runs programs for a node: its stand-in. */
export interface ProgramRunner {
  execute(child: number, args: readonly string[]): void;
  signal(child: number, signal: number): void;
}

/** What rewriteConfigOverwriteFile() gives a configuration file, less the umask. */
const fileMode = 0o644;

export class MachineFiles implements RealMachine {
  readonly #runnerOf: (node: string) => ProgramRunner | undefined;

  constructor(runnerOf: (node: string) => ProgramRunner | undefined) {
    this.#runnerOf = runnerOf;
  }

  find(path: string): FoundFile | undefined {
    const real = fromBinary(path);
    // What is relative to some process's directory is not relative to ours.
    if (!isAbsolute(real)) return undefined;
    try {
      const found = statSync(real, { throwIfNoEntry: false });
      if (found?.isDirectory() === true)
        return { kind: "directory", names: namesInFolder(real).map(toBinary) };
      if (found?.isFile() !== true) return undefined;
      return { kind: "text", text: readFileSync(real, "latin1") };
    } catch {
      return undefined;
    }
  }

  canExecute(path: string): boolean {
    const real = fromBinary(path);
    try {
      accessSync(real, constants.X_OK);
      return isAbsolute(real) && statSync(real).isFile();
    } catch {
      return false;
    }
  }

  write(path: string, text: string): string | undefined {
    return attempt(() =>
      writeFileSync(fromBinary(path), text, { encoding: "latin1", mode: fileMode }),
    );
  }

  rename(from: string, to: string): string | undefined {
    return attempt(() => renameSync(fromBinary(from), fromBinary(to)));
  }

  remove(path: string): void {
    attempt(() => unlinkSync(fromBinary(path)));
  }

  execute(node: string, child: ChildId, args: readonly string[]): void {
    this.#runnerOf(node)?.execute(child, args);
  }

  signal(node: string, child: ChildId, signal: number): void {
    this.#runnerOf(node)?.signal(child, signal);
  }
}

/** Tells a folder from one that was made in its place. */
export function folderIdentity(path: string): string {
  const found = statSync(fromBinary(path), { throwIfNoEntry: false, bigint: true });
  return found === undefined ? "" : `${found.dev}:${found.ino}:${found.birthtimeNs}`;
}

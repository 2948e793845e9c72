/**
 * A file written line by line, buffered. It grows under the name `<path>.part` and takes its own name
 * when it is whole, so that a run that breaks off never leaves half a file in the place of an old one.
 * Pipes and devices (`/dev/stdout`) are written directly.
 */
import {
  accessSync,
  closeSync,
  constants,
  openSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { exitCode } from "./exit-code.js";
import { reasonOf } from "./scenario-source.js";
import { UserError } from "./user-error.js";

const bufferMax = 256 * 1024;

/** Before the run, so that a wrong path costs nothing. */
export function checkWritable(path: string): void {
  try {
    const there = statSync(path, { throwIfNoEntry: false });
    if (there?.isDirectory() === true) throw Object.assign(new Error(), { code: "EISDIR" });
    if (there === undefined || there.isFile()) accessSync(dirname(path), constants.W_OK);
    if (there !== undefined) accessSync(path, constants.W_OK);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

export class LineFile {
  readonly #path: string;
  /** Where it grows. */
  readonly #growing: string;
  readonly #descriptor: number;
  #buffer = "";

  constructor(path: string) {
    checkWritable(path);
    this.#path = path;
    const isSpecial = statSync(path, { throwIfNoEntry: false })?.isFile() === false;
    this.#growing = isSpecial ? path : `${path}.part`;
    try {
      this.#descriptor = openSync(this.#growing, "w");
    } catch (error) {
      throw cannotWrite(path, error);
    }
  }

  line(text: string): void {
    this.#buffer += `${text}\n`;
    if (this.#buffer.length > bufferMax) this.#flush();
  }

  /** It is whole. */
  close(): void {
    this.abandon();
    try {
      if (this.#growing !== this.#path) renameSync(this.#growing, this.#path);
    } catch (error) {
      throw cannotWrite(this.#path, error);
    }
  }

  /** It will not be whole: what there is stays as `<path>.part`. */
  abandon(): void {
    this.#flush();
    closeSync(this.#descriptor);
  }

  #flush(): void {
    try {
      for (let rest = Buffer.from(this.#buffer); rest.length > 0; )
        rest = rest.subarray(writeSync(this.#descriptor, rest));
    } catch (error) {
      // Whoever reads a pipe may stop before its end.
      if ((error as { readonly code?: string }).code === "EPIPE") process.exit(exitCode.ok);
      throw cannotWrite(this.#path, error);
    }
    this.#buffer = "";
  }
}

function cannotWrite(path: string, error: unknown): UserError {
  return UserError.of(path, `cannot be written: ${reasonOf(error)}`);
}

/** A file written line by line: buffered, opened before the run so that a wrong path costs nothing. */
import { closeSync, openSync, writeSync } from "node:fs";
import { reasonOf } from "./scenario-source.js";
import { UserError } from "./user-error.js";

const bufferMax = 256 * 1024;

export class LineFile {
  readonly #path: string;
  readonly #descriptor: number;
  #buffer = "";

  constructor(path: string) {
    this.#path = path;
    try {
      this.#descriptor = openSync(path, "w");
    } catch (error) {
      throw UserError.of(path, `cannot be written: ${reasonOf(error)}`);
    }
  }

  line(text: string): void {
    this.#buffer += `${text}\n`;
    if (this.#buffer.length > bufferMax) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#descriptor);
  }

  #flush(): void {
    try {
      writeSync(this.#descriptor, this.#buffer);
    } catch (error) {
      throw UserError.of(this.#path, `cannot be written: ${reasonOf(error)}`);
    }
    this.#buffer = "";
  }
}

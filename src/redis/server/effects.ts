/**
 * What the commands of one unit (a command, or a whole EXEC) changed: what goes to replicas and to
 * the AOF, in order (`server.also_propagate`). One object for the process, filled and read again and
 * again; its arrays only grow. What goes out as it came in is the client's own request, not a copy.
 */
import type { Request } from "../wire/value.js";

export class Effects {
  /** How many commands are to be propagated. */
  count = 0;
  /** Changes to the dataset (`server.dirty`). */
  changes = 0;
  readonly #databases: number[] = [];
  readonly #commands: Request[] = [];
  readonly #expired: boolean[] = [];

  /** `expired`: the DEL of a key that was found expired, on the way to something else. */
  add(database: number, command: Request, expired: boolean): void {
    this.#databases[this.count] = database;
    this.#commands[this.count] = command;
    this.#expired[this.count] = expired;
    this.count++;
  }

  clear(): void {
    this.count = 0;
    this.changes = 0;
  }

  databaseAt(index: number): number {
    return this.#databases[index] as number;
  }

  commandAt(index: number): Request {
    return this.#commands[index] as Request;
  }

  isExpired(index: number): boolean {
    return this.#expired[index] as boolean;
  }
}

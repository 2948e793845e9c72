/**
 * A host's disk for whoever is no process on it: using it takes no node's time.
 *
 * A class, though a literal would do: V8 gives each literal with a getter a shape of its own, and shapes
 * are old from birth, so that through one of them a finished run outlives every young collection.
 */
import type { Disk } from "./actor.js";
import type { HostDisk } from "./disk.js";
import type { Schedule } from "./schedule.js";
import type { Duration } from "./time.js";

export class BareDisk implements Disk {
  readonly #disk: HostDisk;
  readonly #schedule: Pick<Schedule, "now">;

  constructor(disk: HostDisk, schedule: Pick<Schedule, "now">) {
    this.#disk = disk;
    this.#schedule = schedule;
  }

  get error(): string {
    return this.#disk.error;
  }

  get mayRefuse(): boolean {
    return this.#disk.mayRefuse;
  }

  read(path: string): unknown {
    return this.#disk.read(path);
  }

  peek(path: string): unknown {
    return this.#disk.peek(path);
  }

  size(path: string): number {
    return this.#disk.size(path);
  }

  canExecute(path: string): boolean {
    return this.#disk.canExecute(path);
  }

  write(path: string, content: unknown, bytes: number): boolean {
    return this.#disk.write(this.#schedule.now, path, content, bytes);
  }

  /** How long it takes, for whom that matters. */
  sync(path: string): Duration {
    return this.#disk.sync(path);
  }

  rename(from: string, to: string): boolean {
    return this.#disk.rename(from, to);
  }

  remove(path: string): void {
    this.#disk.remove(path);
  }

  list(prefix: string): readonly string[] {
    return this.#disk.list(prefix);
  }

  names(folder: string): readonly string[] {
    return this.#disk.names(folder);
  }

  transferTime(bytes: number): Duration {
    return this.#disk.transferTime(bytes);
  }
}

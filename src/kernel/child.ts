/**
 * A child process: it works for so long, writes its file if it has one, and exits.
 *
 * It outlives its parent, for nobody tells it of that, but not its machine. An image of its parent
 * (fork() without execve()) has the parent's connections too: what a killed parent had open is closed
 * only once the last image of it has ended, and until then its peers hear nothing.
 */
import type { ChildId, ChildOptions } from "./actor.js";
import type { Process } from "./process.js";
import { Action, type Schedule } from "./schedule.js";
import type { Duration } from "./time.js";

/** The loop, as a child sees it. */
export interface ChildWorld extends Schedule {
  /** A child of a process that is gone has ended. */
  orphanEnded(process: Process): void;
}

export class Child {
  readonly id: ChildId;
  readonly name: string;
  readonly isImage: boolean;
  /** A program of the real machine: `exit` is called when that has ended. */
  readonly isReal: boolean;
  isAlive = true;
  readonly #parent: Process;
  readonly #world: ChildWorld;
  readonly #options: ChildOptions;
  readonly #ends = new Action(() => this.#end());
  /** How much time its host had missed when it was last looked at. */
  #starved: number;

  constructor(parent: Process, world: ChildWorld, name: string, options: ChildOptions) {
    this.id = parent.children.length as ChildId;
    this.name = name;
    this.isImage = options.isImage ?? false;
    this.isReal = options.program !== undefined;
    this.#parent = parent;
    this.#world = world;
    this.#options = options;
    this.#starved = parent.node.host.starvedTime;
    parent.children.push(this);
  }

  work(from: number, time: Duration): void {
    this.#world.push(from + Math.ceil(time), this.#ends);
  }

  #end(): void {
    if (!this.isAlive) return;
    // A starved host gave the child no time either.
    const { starvedTime } = this.#parent.node.host;
    const missed = starvedTime - this.#starved;
    if (missed > 0) {
      this.#starved = starvedTime;
      this.#world.push(this.#world.now + missed, this.#ends);
      return;
    }
    this.exit(this.#write() ? (this.#options.code ?? 0) : 1);
  }

  /** `code` as waitpid() tells it. */
  exit(code: number): void {
    const parent = this.#parent;
    this.isAlive = false;
    if (!parent.isAlive) {
      this.#world.orphanEnded(parent);
      return;
    }
    parent.notices.push({ kind: "childExited", child: this.id, code });
    if (!parent.isRunning) this.#world.poke(parent);
  }

  /** Beside what is there, and in its place once it is on the disk. False: the disk is full. */
  #write(): boolean {
    const { file } = this.#options;
    if (file === undefined) return true;
    const { disk } = this.#parent.node.host;
    if (!disk.write(this.#world.now, file.path, file.content, file.bytes)) return false;
    disk.sync(file.path);
    return file.becomes === undefined || disk.rename(file.path, file.becomes);
  }
}

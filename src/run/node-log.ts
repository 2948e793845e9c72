/** The log of one node in Redis's own format: what `redsim run --log NODE` prints, and a stand-in writes. */
import type { Observer, RunRecord } from "../kernel/record.js";
import type { RedisNote } from "../redis/note.js";
import { type Logged, type LogRole, loggedBy, logLine } from "../redis/server/log-line.js";

/** Every node of a scenario has a machine, or a container, of its own. */
const usualPid = 1;
/** What main() logs before initServer() has asked for the process's own id. */
const linesOfStart = 3;

interface Pending {
  readonly wall: number;
  readonly logged: Logged;
}

export class NodeLog implements Observer {
  readonly level = "notes";
  readonly #node: string;
  readonly #isSentinel: boolean;
  readonly #pid: number;
  readonly #wall: () => number;
  readonly #write: (line: string) => void;
  #role: LogRole = "M";
  /** Lines since its process began. */
  #lines = 0;
  /** What it logged before it told its role, which its configuration had settled already. */
  #pending: Pending[] | undefined;

  /** `wall`: the clock of the node's machine now, in Unix microseconds. */
  constructor(
    node: { readonly name: string; readonly isSentinel: boolean; readonly pid?: number },
    wall: () => number,
    write: (line: string) => void,
  ) {
    this.#node = node.name;
    this.#isSentinel = node.isSentinel;
    this.#pid = node.pid ?? usualPid;
    this.#wall = wall;
    this.#write = write;
  }

  record(record: RunRecord): void {
    if (!("node" in record) || record.node !== this.#node) return;
    if (record.kind === "up") this.#begin();
    if (record.kind === "down") this.end();
    if (record.kind !== "note") return;
    const note = record.note as unknown as RedisNote;
    if (note.kind === "role") this.#tellRole(note.role === "replica" ? "S" : "M");
    const logged = loggedBy(note);
    if (logged === undefined) return;
    const wall = this.#wall() + record.spent;
    if (this.#isSentinel) this.#print("X", { wall, logged });
    else if (this.#lines++ < linesOfStart) this.#print("C", { wall, logged });
    else if (this.#pending === undefined) this.#print(this.#role, { wall, logged });
    else this.#pending.push({ wall, logged });
  }

  /** The run, or the process, has ended. */
  end(): void {
    this.#tellRole(this.#role);
  }

  #begin(): void {
    this.#lines = 0;
    this.#pending = [];
  }

  #tellRole(role: LogRole): void {
    this.#role = role;
    const pending = this.#pending ?? [];
    this.#pending = undefined;
    for (const each of pending) this.#print(role, each);
  }

  #print(role: LogRole, { wall, logged }: Pending): void {
    this.#write(logLine(this.#pid, role, wall, logged));
  }
}

/**
 * Which Sentinels watch the same master under one name. A name is a Sentinel's own: two groups that have
 * nothing to do with each other may both call theirs mymaster, and owe each other nothing.
 *
 * Those are one group that have named the same address, as it was monitored or switched to, or that have
 * heard of each other, directly or through a third.
 */
import type { RunRecord } from "../../kernel/record.js";
import { noteOf } from "./law.js";

const idIs = "Sentinel ID is ";

/** Folds `event` and `log` notes. */
export class SentinelGroups {
  /** Run ids by node. */
  readonly #ids = new Map<string, string>();
  /** Of each thing seen another one of its group; what stands for the group has none. */
  readonly #next = new Map<string, string>();

  record(record: RunRecord): void {
    const note = noteOf(record);
    if (record.kind !== "note" || note === undefined) return;
    const { node } = record;
    if (note.kind === "log" && note.text.startsWith(idIs))
      this.#ids.set(node, note.text.slice(idIs.length));
    if (note.kind !== "event") return;
    const words = note.payload.split(" ");
    switch (note.channel) {
      case "+monitor":
        this.#saw(node, words[1], `${words[2]}:${words[3]}`);
        break;
      case "+switch-master":
        this.#saw(node, words[0], `${words[1]}:${words[2]}`);
        this.#saw(node, words[0], `${words[3]}:${words[4]}`);
        break;
      case "+sentinel":
        this.#saw(node, note.master, words[1] ?? "");
        break;
      default:
    }
  }

  areOne(a: string, b: string, master: string): boolean {
    return a === b || this.#groupOf(a, master) === this.#groupOf(b, master);
  }

  #saw(node: string, master = "", what: string): void {
    const group = this.#groupOf(node, master);
    const other = this.#last(`${master} ${what}`);
    if (group !== other) this.#next.set(other, group);
  }

  /** Its run id, which a Sentinel tells before anything else. */
  idOf(node: string): string | undefined {
    return this.#ids.get(node);
  }

  #groupOf(node: string, master: string): string {
    return this.#last(`${master} ${this.idOf(node) ?? node}`);
  }

  #last(thing: string): string {
    let last = thing;
    for (let next = this.#next.get(last); next !== undefined; next = this.#next.get(last))
      last = next;
    return last;
  }
}

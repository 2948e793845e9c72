/**
 * Those who watch a run, and what each level is told. Nothing is made, and no string built, that
 * nobody asked for.
 */
import type { Input } from "./actor.js";
import type { Connection } from "./connection.js";
import type { Fingerprint } from "./fingerprint.js";
import type { Process } from "./process.js";
import type { Observer, RunRecord } from "./record.js";
import { after, type Instant, never, seconds, start } from "./time.js";

const second = seconds(1);

export class Observers {
  readonly #all: readonly Observer[];
  readonly #wire: readonly Observer[];
  readonly #steps: readonly Observer[];
  readonly #fingerprint: Fingerprint;
  /** Nobody is told any record; any segment; any step. */
  readonly isEmpty: boolean;
  readonly isWireUnseen: boolean;
  readonly isStepUnseen: boolean;
  /** When the second ends that is to be told next. */
  nextSecond: Instant;

  constructor(observers: readonly Observer[], fingerprint: Fingerprint) {
    this.#all = observers;
    this.#wire = observers.filter(({ level }) => level !== "notes");
    this.#steps = observers.filter(({ level }) => level === "steps");
    this.#fingerprint = fingerprint;
    this.isEmpty = observers.length === 0;
    this.isWireUnseen = this.#wire.length === 0;
    this.isStepUnseen = this.#steps.length === 0;
    this.nextSecond = this.isEmpty ? never : after(start, second);
  }

  tell(record: RunRecord): void {
    for (const observer of this.#all) observer.record(record);
  }

  segment(at: Instant, connection: Connection, payloads: number, bytes: number): void {
    const { peer } = connection;
    if (this.isWireUnseen || peer === undefined) return;
    const record: RunRecord = {
      kind: "segment",
      at,
      from: connection.process.node.name,
      to: peer.process.node.name,
      bytes,
      payloads: peer.inbox.lastOnes(payloads),
    };
    for (const observer of this.#wire) observer.record(record);
  }

  step(at: Instant, process: Process, input: Input): void {
    const record: RunRecord = {
      kind: "step",
      at,
      node: process.node.name,
      input: input.kind,
      detail: detail(process, input),
    };
    for (const observer of this.#steps) observer.record(record);
  }

  /** Tells the ends of seconds up to `until`, before anything that happens then. */
  endSeconds(until: Instant): void {
    while (this.nextSecond <= until) {
      const at = this.nextSecond;
      this.tell({ kind: "second", at, fingerprint: this.#fingerprint.toString() });
      this.nextSecond = after(at, second);
    }
  }
}

function detail(process: Process, input: Input): string {
  switch (input.kind) {
    case "opened":
    case "accepted":
      return `${input.connection} ${input.peer.ip}:${input.peer.port}`;
    case "received":
      return `${input.connection} ${input.payload.length}`;
    case "closed":
      return `${input.connection} ${input.why}`;
    case "drained":
      return `${input.connection}`;
    case "fired":
      return process.timers[input.timer]?.name ?? "";
    case "childExited":
      return `${process.children[input.child]?.name ?? ""} ${input.code}`;
    case "signalled":
      return input.signal;
    default:
      return "";
  }
}

/**
 * A client alone, among peers that answer from a function: virtual time, one connection a peer's
 * session, 50 µs each way. What the peers say is the test's; the actor under test is the real one.
 */
import type {
  Actor,
  ActorFactory,
  Address,
  CloseReason,
  ConnectionId,
  Context,
  Input,
  Note,
  Payload,
  TimerId,
} from "../../../src/kernel/actor.js";
import { RandomStream } from "../../../src/kernel/random.js";
import type { Duration } from "../../../src/kernel/time.js";
import type { Request, Value } from "../../../src/redis/wire/value.js";

/** Answers a command; undefined: never does. */
export type Answer = (args: readonly string[], connection: number) => Value | undefined;
/** What befalls who connects to a peer: served, refused, never answered by TCP, no route. */
export type Reach = "up" | "refused" | "silent" | "unreachable";

interface Peer {
  reach: Reach;
  /** SIGSTOP: connections open, nothing is answered. */
  frozen: boolean;
  answer: Answer;
}

interface Event {
  readonly at: number;
  readonly sequence: number;
  readonly run: () => void;
}

const latency = 50;

export class Alone {
  readonly notes: (Note & { readonly at: number })[] = [];
  /** What lies on the host's disk. */
  readonly files = new Map<string, string>();
  readonly #peers = new Map<string, Peer>();
  readonly #connections: { peer: string; open: boolean }[] = [];
  readonly #timers: { generation: number }[] = [];
  #events: Event[] = [];
  #sequence = 0;
  #now = 0;
  #actor: Actor | undefined;
  exitCode: number | undefined;

  peer(address: string, answer: Answer): void {
    this.#peers.set(address, { reach: "up", frozen: false, answer });
  }

  start(factory: ActorFactory): Actor {
    this.#actor = factory(this.context());
    this.#hand({ kind: "started" });
    return this.#actor;
  }

  /** Every connection with the peer ends so; from then on connecting to it meets `reach`. */
  end(address: string, why: CloseReason, reach: Reach = "refused"): void {
    this.#peer(address).reach = reach;
    for (const [id, connection] of this.#connections.entries()) {
      if (!connection.open || connection.peer !== address) continue;
      connection.open = false;
      this.#later(latency, () => {
        this.#hand({ kind: "closed", connection: id as ConnectionId, why });
      });
    }
  }

  freeze(address: string): void {
    this.#peer(address).frozen = true;
  }

  /** The peer speaks unasked, to all who are connected. */
  say(address: string, value: Value): void {
    for (const [id, connection] of this.#connections.entries()) {
      if (connection.open && connection.peer === address) this.#deliver(id, value);
    }
  }

  /** Runs until so many milliseconds since the start. */
  until(ms: number): void {
    for (;;) {
      this.#events.sort((a, b) => a.at - b.at || a.sequence - b.sequence);
      const next = this.#events[0];
      if (next === undefined || next.at > ms * 1_000) break;
      this.#events.shift();
      this.#now = next.at;
      next.run();
    }
    this.#now = ms * 1_000;
  }

  /** The notes of these kinds as short lines: `12.3 fail k3 text`. */
  get lines(): string[] {
    return this.notes.flatMap((note) => {
      if (note["kind"] === "invoke") return [];
      if (note["kind"] === "print") return [String(note["text"])];
      if (note["kind"] === "command") return [String(note["reply"])];
      return [[note.kind, note["key"], note["value"], note["error"]].filter(Boolean).join(" ")];
    });
  }

  #peer(address: string): Peer {
    const peer = this.#peers.get(address);
    if (peer === undefined) throw new Error(`no peer at ${address}`);
    return peer;
  }

  #later(delay: number, run: () => void): void {
    this.#sequence++;
    this.#events.push({ at: this.#now + delay, sequence: this.#sequence, run });
  }

  #hand(input: Input): void {
    if (this.exitCode !== undefined) return;
    this.#actor?.handle(input);
    this.#actor?.handle({ kind: "settled" });
  }

  #deliver(id: number, payload: Payload): void {
    this.#later(latency, () => {
      if (!this.#connections[id]?.open) return;
      this.#hand({ kind: "received", connection: id as ConnectionId, payload });
    });
  }

  #connect(to: Address): ConnectionId {
    const address = `${to.ip}:${to.port}`;
    const id = this.#connections.length as ConnectionId;
    const reach = this.#peers.get(address)?.reach ?? "refused";
    this.#connections.push({ peer: address, open: reach === "up" });
    const local = { ip: "10.0.0.9", port: 40_000 + id };
    if (reach === "up") {
      this.#later(2 * latency, () => {
        if (this.#connections[id]?.open) {
          this.#hand({ kind: "opened", connection: id, local, peer: to });
        }
      });
    } else if (reach !== "silent") {
      this.#later(2 * latency, () => this.#hand({ kind: "closed", connection: id, why: reach }));
    }
    return id;
  }

  #send(id: ConnectionId, payload: Payload): void {
    const connection = this.#connections[id];
    if (!connection?.open) return;
    const peer = this.#peer(connection.peer);
    this.#later(latency, () => {
      if (!connection.open || peer.frozen) return;
      const reply = peer.answer((payload as Request).args, id);
      if (reply !== undefined) this.#deliver(id, reply);
    });
  }

  #arm(timer: TimerId, delay: Duration): void {
    const state = this.#timers[timer];
    if (state === undefined) throw new Error("no such timer");
    state.generation++;
    const { generation } = state;
    this.#later(delay, () => {
      if (state.generation === generation) this.#hand({ kind: "fired", timer });
    });
  }

  /** For an actor that the test makes itself. */
  context(): Context {
    const unused = (): never => {
      throw new Error("a client does not do this");
    };
    return {
      self: "c1",
      boot: 0,
      random: new RandomStream("seed", "node/c1/0"),
      ip: "10.0.0.9",
      disk: {
        error: "",
        mayRefuse: false,
        read: (path) => this.files.get(path),
        peek: unused,
        size: unused,
        canExecute: unused,
        write: unused,
        sync: unused,
        rename: unused,
        remove: unused,
        list: unused,
        names: unused,
        transferTime: unused,
      },
      get machine(): never {
        return unused();
      },
      now: () => 1_700_000_000_000 + Math.floor(this.#now / 1_000),
      nowMicroseconds: () => 1_700_000_000_000_000 + this.#now,
      monotonic: () => this.#now,
      listen: unused,
      listenForStrangers: unused,
      answer: unused,
      resolve: (name) => (name.endsWith(".invalid") ? undefined : name),
      connect: (to) => this.#connect(to),
      send: (connection, payload) => this.#send(connection, payload),
      close: (connection) => {
        const state = this.#connections[connection];
        if (state !== undefined) state.open = false;
      },
      unsent: () => 0,
      timer: () => (this.#timers.push({ generation: 0 }) - 1) as TimerId,
      arm: (timer, delay) => this.#arm(timer, delay),
      disarm: (timer) => {
        const state = this.#timers[timer];
        if (state !== undefined) state.generation++;
      },
      canFork: unused,
      spawn: unused,
      kill: unused,
      busy: () => {},
      exit: (code) => {
        this.exitCode = code;
      },
      note: (note) => {
        this.notes.push({ ...note, at: this.#now });
      },
    };
  }
}

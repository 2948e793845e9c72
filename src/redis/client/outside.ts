/**
 * The border of the simulation: one process on a host of its own, which has a connection for each real
 * one and passes bytes on, either way. Real programs that connect to a node come in through it, and it
 * answers for the addresses of real programs that nodes connect to (`HostSettings.standsFor`).
 *
 * It acts inside the run like any other node; what comes in is handed over between steps and played
 * when it is next awake, and what goes out is fetched between steps. Values become bytes here and
 * nowhere else: inside, an RDB is the dataset itself, and what leaves is the file that Redis would write.
 *
 * A kernel's socket can be closed for sending alone, which simulated ones cannot. Redis closes a client
 * as soon as it reads the end of its stream, but a pipeline that came before it is answered first: so
 * the end of who came in is passed on only once nothing has come back for a while.
 */
import type {
  Actor,
  Address,
  CloseReason,
  ConnectionId,
  Context,
  DialAnswer,
  Input,
  TimerId,
} from "../../kernel/actor.js";
import { assertNever } from "../../kernel/assert.js";
import type { OutsideInput } from "../../kernel/outside.js";
import { Ring } from "../../kernel/ring.js";
import { milliseconds, none } from "../../kernel/time.js";
import { RdbBytes } from "../persistence/rdb-bytes.js";
import type { RdbFile } from "../persistence/rdb-file.js";
import { encode, encodePieces } from "../wire/encode.js";
import { raw, type Segment } from "../wire/value.js";

/** What leaves the simulation, by the number that came in with `connect` or went out with `dial`. */
export type OutsideOutput =
  | { readonly says: "data"; readonly connection: number; readonly bytes: string }
  /** More than its socket takes has been sent on it; `drained` follows. */
  | { readonly says: "full"; readonly connection: number }
  | { readonly says: "drained"; readonly connection: number }
  | { readonly says: "closed"; readonly connection: number; readonly why: CloseReason }
  /** A node connects to a real program: an `answer` is awaited. */
  | {
      readonly says: "dial";
      readonly connection: number;
      readonly to: Address;
      readonly from: Address;
    };

/** What real programs do; faults, and what becomes of nodes, are not for this process. */
export type VisitorInput = Exclude<OutsideInput, { readonly does: "inject" | "start" | "ended" }>;

/** How long an ended connection waits for what may still come back. */
const linger = milliseconds(200);
/** `PROTO_IOBUF_LEN`: what redis-server reads at once. */
const readMax = 16 * 1024;

/** More than one process ever makes. */
const dialsMax = 1_000_000_000;

interface Session {
  readonly number: number;
  readonly connection: ConnectionId;
  /** A node called, and was not called. */
  readonly isDialled: boolean;
  /** When something last passed, in microseconds of the monotonic clock. */
  lastHeard: number;
  isEnded: boolean;
  isFull: boolean;
  /** The turn in which it was last sent something. */
  sentIn: number;
}

export class Outside implements Actor {
  readonly #context: Context;
  readonly #addressOf: (node: string) => Address | undefined;
  readonly #wakeUp: TimerId;
  readonly #lingering: TimerId;
  readonly #submitted = new Ring<VisitorInput>();
  readonly #outputs: OutsideOutput[] = [];
  readonly #sessions = new Map<number, Session>();
  readonly #byConnection: (Session | undefined)[] = [];
  /** The files that are under way, each encoded once. */
  readonly #files = new WeakMap<RdbFile, RdbBytes>();
  /** The number of the last dial: no number is used twice, by a process before this one either. */
  #dials: number;
  #isLingering = false;
  #turn = 0;

  constructor(context: Context, addressOf: (node: string) => Address | undefined) {
    this.#context = context;
    this.#addressOf = addressOf;
    this.#dials = -context.boot * dialsMax;
    this.#wakeUp = context.timer("submitted");
    this.#lingering = context.timer("linger");
  }

  /** The one door that is open outside `handle`: the work itself is done when the timer fires. */
  submit(input: VisitorInput): void {
    this.#submitted.push(input);
    if (this.#submitted.length === 1) this.#context.arm(this.#wakeUp, none);
  }

  /** What has left since this was last asked. */
  fetch(): readonly OutsideOutput[] {
    return this.#outputs.splice(0);
  }

  handle(input: Input): void {
    switch (input.kind) {
      case "started":
        this.#context.listenForStrangers();
        break;
      case "fired":
        if (input.timer === this.#wakeUp) this.#play();
        else this.#closeLingering();
        break;
      case "dialled":
        this.#dialled(input.connection, input.local, input.peer);
        break;
      case "received": {
        const session = this.#byConnection[input.connection];
        if (session === undefined) return;
        session.lastHeard = this.#context.monotonic();
        for (const bytes of this.#encoded(input.payload as Segment))
          this.#outputs.push({ says: "data", connection: session.number, bytes });
        break;
      }
      case "opened":
      case "drained":
        this.#drained(this.#byConnection[input.connection]);
        break;
      case "closed":
        this.#closed(this.#byConnection[input.connection], input.why);
        break;
      default:
    }
  }

  #play(): void {
    this.#turn++;
    for (let next = this.#submitted.shift(); next !== undefined; next = this.#submitted.shift()) {
      if (next.does === "connect") this.#connect(next.connection, next.node, next.from);
      else this.#act(next);
    }
  }

  #act(input: Exclude<VisitorInput, { readonly does: "connect" }>): void {
    const session = this.#sessions.get(input.connection);
    // Closed by the other side meanwhile.
    if (session === undefined) return;
    switch (input.does) {
      case "answer":
        this.#answered(session, input.how);
        break;
      case "send":
        this.#send(session, input.bytes);
        break;
      case "end":
        this.#end(session);
        break;
      case "abort":
        this.#context.close(session.connection, "reset");
        this.#forget(session);
        break;
      default:
        assertNever(input);
    }
  }

  #connect(number: number, node: string, from: Address | undefined): void {
    const address = this.#addressOf(node);
    if (address === undefined) {
      this.#outputs.push({ says: "closed", connection: number, why: "refused" });
      return;
    }
    this.#open(number, this.#context.connect(address, from), false);
  }

  /** A node connects to somebody real. */
  #dialled(connection: ConnectionId, to: Address, from: Address): void {
    const session = this.#open(--this.#dials, connection, true);
    this.#outputs.push({ says: "dial", connection: session.number, to, from });
  }

  #open(number: number, connection: ConnectionId, isDialled: boolean): Session {
    const session: Session = {
      number,
      connection,
      isDialled,
      lastHeard: this.#context.monotonic(),
      isEnded: false,
      isFull: false,
      sentIn: 0,
    };
    this.#sessions.set(number, session);
    this.#byConnection[connection] = session;
    return session;
  }

  #answered(session: Session, how: DialAnswer): void {
    if (!session.isDialled) return;
    this.#context.answer(session.connection, how);
    if (how !== "accepted") this.#forget(session);
  }

  #send(session: Session, bytes: string): void {
    const { connection } = session;
    if (session.sentIn !== this.#turn) {
      session.sentIn = this.#turn;
      // Of earlier turns: what the socket has not taken by now it will tell about.
      if (!session.isFull && this.#context.unsent(connection) > 0) {
        session.isFull = true;
        this.#outputs.push({ says: "full", connection: session.number });
      }
    }
    session.lastHeard = this.#context.monotonic();
    for (let at = 0; at < bytes.length; at += readMax)
      this.#context.send(connection, raw(bytes.slice(at, at + readMax)));
  }

  /** A server that closes has closed for both; a client may still wait for answers. */
  #end(session: Session): void {
    if (session.isDialled) {
      this.#hangUp(session);
      return;
    }
    session.isEnded = true;
    session.lastHeard = this.#context.monotonic();
    this.#waitForTheRest();
  }

  #drained(session: Session | undefined): void {
    if (session?.isFull !== true) return;
    session.isFull = false;
    this.#outputs.push({ says: "drained", connection: session.number });
  }

  #closed(session: Session | undefined, why: CloseReason): void {
    if (session === undefined) return;
    this.#outputs.push({ says: "closed", connection: session.number, why });
    this.#forget(session);
  }

  #hangUp(session: Session): void {
    this.#context.close(session.connection);
    this.#closed(session, "fin");
  }

  #forget(session: Session): void {
    this.#sessions.delete(session.number);
    if (this.#byConnection[session.connection] === session)
      this.#byConnection[session.connection] = undefined;
  }

  #waitForTheRest(): void {
    if (this.#isLingering) return;
    this.#isLingering = true;
    this.#context.arm(this.#lingering, linger);
  }

  #closeLingering(): void {
    this.#isLingering = false;
    const heardBefore = this.#context.monotonic() - linger;
    for (const session of this.#sessions.values()) {
      if (!session.isEnded) continue;
      if (session.lastHeard > heardBefore) this.#waitForTheRest();
      else this.#hangUp(session);
    }
  }

  #encoded(segment: Segment): Iterable<string> {
    switch (segment.kind) {
      case "rdb":
        return [this.#file(segment.content as RdbFile).slice(segment.at, segment.length)];
      case "ballast":
        if (segment.of === undefined) return [encode(segment)];
        return [this.#file(segment.of as RdbFile).slice(segment.at, segment.length)];
      default:
        return encodePieces(segment);
    }
  }

  #file(file: RdbFile): RdbBytes {
    const known = this.#files.get(file);
    if (known !== undefined) return known;
    const bytes = new RdbBytes(file);
    this.#files.set(file, bytes);
    return bytes;
  }
}

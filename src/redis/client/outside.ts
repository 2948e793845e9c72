/**
 * Real clients inside the simulation: one process on a host of its own, which has a connection for each
 * of theirs and passes bytes on. It acts inside the run like any other node; what comes in is handed
 * over between steps and played when it is next awake, and what goes out is fetched between steps.
 *
 * A kernel's socket can be closed for sending alone, which simulated ones cannot. Redis closes a client
 * as soon as it reads the end of its stream, but a pipeline that came before it is answered first: so
 * the end is passed on only once nothing has come back for a while.
 */
import type {
  Actor,
  Address,
  CloseReason,
  ConnectionId,
  Context,
  Input,
  TimerId,
} from "../../kernel/actor.js";
import { assertNever } from "../../kernel/assert.js";
import type { OutsideInput } from "../../kernel/outside.js";
import { Ring } from "../../kernel/ring.js";
import { milliseconds, none } from "../../kernel/time.js";
import { encode } from "../wire/encode.js";
import { raw, type Segment } from "../wire/value.js";

/** What leaves the simulation, by the number that came in with `connect`. */
export type OutsideOutput =
  | { readonly says: "data"; readonly connection: number; readonly bytes: string }
  /** More than its socket takes has been sent on it; `drained` follows. */
  | { readonly says: "full"; readonly connection: number }
  | { readonly says: "drained"; readonly connection: number }
  | { readonly says: "closed"; readonly connection: number; readonly why: CloseReason };

/** What a client of the simulation does; faults are not for this process. */
export type VisitorInput = Exclude<OutsideInput, { readonly does: "inject" }>;

/** How long an ended connection waits for what may still come back. */
const linger = milliseconds(200);
/** `PROTO_IOBUF_LEN`: what redis-server reads at once. */
const readMax = 16 * 1024;

interface Session {
  readonly number: number;
  readonly connection: ConnectionId;
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
  #isLingering = false;
  #turn = 0;

  constructor(context: Context, addressOf: (node: string) => Address | undefined) {
    this.#context = context;
    this.#addressOf = addressOf;
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
      case "fired":
        if (input.timer === this.#wakeUp) this.#play();
        else this.#closeLingering();
        break;
      case "received": {
        const session = this.#byConnection[input.connection];
        if (session === undefined) return;
        session.lastHeard = this.#context.monotonic();
        const bytes = encode(input.payload as Segment);
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
      if (next.does === "connect") this.#connect(next.connection, next.node);
      else this.#act(next);
    }
  }

  #act(input: Exclude<VisitorInput, { readonly does: "connect" }>): void {
    const session = this.#sessions.get(input.connection);
    // Closed by the other side meanwhile.
    if (session === undefined) return;
    switch (input.does) {
      case "send":
        this.#send(session, input.bytes);
        break;
      case "end":
        session.isEnded = true;
        session.lastHeard = this.#context.monotonic();
        this.#waitForTheRest();
        break;
      case "abort":
        this.#context.close(session.connection, "reset");
        this.#forget(session);
        break;
      default:
        assertNever(input);
    }
  }

  #connect(number: number, node: string): void {
    const address = this.#addressOf(node);
    if (address === undefined) {
      this.#outputs.push({ says: "closed", connection: number, why: "refused" });
      return;
    }
    const connection = this.#context.connect(address);
    const lastHeard = this.#context.monotonic();
    const session: Session = {
      number,
      connection,
      lastHeard,
      isEnded: false,
      isFull: false,
      sentIn: 0,
    };
    this.#sessions.set(number, session);
    this.#byConnection[connection] = session;
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
      if (session.lastHeard > heardBefore) {
        this.#waitForTheRest();
        continue;
      }
      this.#context.close(session.connection);
      this.#outputs.push({ says: "closed", connection: session.number, why: "fin" });
      this.#forget(session);
    }
  }
}

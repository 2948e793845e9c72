/**
 * One real connection, whoever made it, and the simulated one that stands for it: bytes in become
 * inputs of the run, what the run says comes out as bytes.
 *
 * Back-pressure: while the simulated connection has more to send than it takes, nothing is read from
 * the real one, nor once much was read and virtual time has not moved since. The other way the simulated
 * node cannot be held back, for its peer inside always reads; who leaves too much unread is cut off, as
 * by Redis's client-output-buffer-limit.
 */
import type { Socket } from "node:net";
import type { OutsideInput } from "../kernel/outside.js";
import type { OutsideOutput } from "../redis/client/outside.js";

/** What a client may leave unread, and what all may together. */
const unreadMax = 256 * 1024 * 1024;
const unreadByAllMax = 1024 * 1024 * 1024;
/** What a client may say before virtual time moves. */
const unplayedMax = 1024 * 1024;
/** What is written in one go, unless one reply is longer. */
const writeMax = 256 * 1024;

/** What the visitors of a gateway have in common. */
export class Traffic {
  /** Bytes that clients have not read yet. */
  unread = 0;
  /** How often virtual time has moved. */
  moves = 0;
  /** Those who are not listened to before it moves again. */
  readonly waiting = new Set<Visitor>();
}

export interface VisitorOptions {
  readonly number: number;
  readonly socket: Socket;
  readonly take: (input: OutsideInput) => void;
  /** Undefined: it is alone, and virtual time moves all the time. */
  readonly traffic?: Traffic;
  /** Nothing passes here any more. */
  readonly gone: (number: number) => void;
}

export class Visitor {
  readonly #number: number;
  readonly #socket: Socket;
  readonly #take: (input: OutsideInput) => void;
  readonly #traffic: Traffic | undefined;
  #unread = 0;
  /** What it has said since virtual time moved, and which move that was. */
  #unplayed = 0;
  #heardAt = 0;
  #isFull = false;
  /** Said in this turn, and not yet written: a pipeline's replies are one write and not many. */
  #said = "";
  /** The simulated end is closed, or was told that the real one is. */
  #isOver = false;
  #isEnded = false;

  constructor({ number, socket, take, traffic, gone }: VisitorOptions) {
    this.#number = number;
    this.#socket = socket;
    this.#take = take;
    this.#traffic = traffic;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      if (this.#isOver) return;
      this.#hears(chunk.length);
      take({ does: "send", connection: number, bytes: chunk.toString("latin1") });
    });
    socket.on("end", () => {
      this.#isEnded = true;
      if (!this.#isOver) take({ does: "end", connection: number });
    });
    // The end of the connection tells all that matters.
    socket.on("error", () => undefined);
    // One that was never made has its answer, and no end.
    let isMade = !socket.connecting;
    socket.once("connect", () => {
      isMade = true;
    });
    socket.on("drain", () => this.#count());
    socket.on("close", (hadError) => {
      this.#count();
      traffic?.waiting.delete(this);
      if (isMade && !this.#isOver && (hadError || !this.#isEnded)) this.#abort();
      gone(number);
    });
  }

  hear(output: Exclude<OutsideOutput, { says: "dial" }>): void {
    switch (output.says) {
      case "data":
        if (this.#said.length + output.bytes.length > writeMax) this.flush();
        this.#said += output.bytes;
        break;
      case "full":
        this.#isFull = true;
        this.#pace();
        break;
      case "drained":
        this.#isFull = false;
        this.#pace();
        break;
      default:
        this.flush();
        this.#isOver = true;
        // close(2): what was said is still delivered, and nothing more is read.
        if (output.why === "fin") this.#socket.end(() => this.#socket.destroy());
        else this.#socket.resetAndDestroy();
    }
  }

  /** Whoever serves it stops. */
  close(): void {
    this.#isOver = true;
    this.#socket.destroy();
  }

  /** Nothing more is said in this turn. */
  flush(): void {
    const said = this.#said;
    if (said === "") return;
    this.#said = "";
    if (this.#isOver || this.#socket.destroyed) return;
    this.#socket.write(said, "latin1");
    this.#count();
    const byAll = this.#traffic?.unread ?? this.#unread;
    if (this.#unread <= unreadMax && byAll <= unreadByAllMax) return;
    this.#abort();
    this.#socket.resetAndDestroy();
  }

  /** Virtual time has moved, and what was said has been played. */
  listenAgain(): void {
    this.#unplayed = 0;
    this.#pace();
  }

  #hears(bytes: number): void {
    if (this.#traffic === undefined) return;
    const { moves } = this.#traffic;
    this.#unplayed = this.#heardAt === moves ? this.#unplayed + bytes : bytes;
    this.#heardAt = moves;
    if (this.#unplayed <= unplayedMax) return;
    this.#traffic.waiting.add(this);
    this.#pace();
  }

  /** Reads on, or waits. */
  #pace(): void {
    const isToWait = this.#isFull || this.#unplayed > unplayedMax;
    if (isToWait === this.#socket.isPaused()) return;
    if (isToWait) this.#socket.pause();
    else this.#socket.resume();
  }

  #count(): void {
    const unread = this.#socket.destroyed ? 0 : this.#socket.writableLength;
    if (this.#traffic !== undefined) this.#traffic.unread += unread - this.#unread;
    this.#unread = unread;
  }

  #abort(): void {
    this.#isOver = true;
    this.#take({ does: "abort", connection: this.#number });
  }
}

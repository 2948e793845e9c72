/**
 * One real connection, and the simulated one that stands for it: bytes in become inputs of the run,
 * what the run says comes out as bytes.
 *
 * Back-pressure: while the simulated connection has more to send than it takes, nothing is read from
 * the real one. The other way the simulated node cannot be held back, for its peer inside always reads;
 * who leaves too much unread is cut off, as by Redis's client-output-buffer-limit.
 */
import type { Socket } from "node:net";
import type { OutsideInput } from "../kernel/outside.js";
import type { OutsideOutput } from "../redis/client/outside.js";

/** What a client may leave unread. */
const unreadMax = 256 * 1024 * 1024;

export interface VisitorOptions {
  readonly number: number;
  readonly socket: Socket;
  readonly take: (input: OutsideInput) => void;
  /** Nothing passes here any more. */
  readonly gone: (number: number) => void;
}

export class Visitor {
  readonly #number: number;
  readonly #socket: Socket;
  readonly #take: (input: OutsideInput) => void;
  /** The simulated end is closed, or was told that the real one is. */
  #isOver = false;
  #isEnded = false;

  constructor({ number, socket, take, gone }: VisitorOptions) {
    this.#number = number;
    this.#socket = socket;
    this.#take = take;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      if (this.#isOver) return;
      take({ does: "send", connection: number, bytes: chunk.toString("latin1") });
    });
    socket.on("end", () => {
      this.#isEnded = true;
      if (!this.#isOver) take({ does: "end", connection: number });
    });
    // The end of the connection tells all that matters.
    socket.on("error", () => undefined);
    socket.on("close", (hadError) => {
      if (!this.#isOver && (hadError || !this.#isEnded)) this.#abort();
      gone(number);
    });
  }

  /** Has it something to say that its client has not been given yet? */
  get hasUnread(): boolean {
    return this.#socket.writableLength > 0;
  }

  hear(output: OutsideOutput): void {
    switch (output.says) {
      case "data":
        this.#write(output.bytes);
        break;
      case "full":
        this.#socket.pause();
        break;
      case "drained":
        this.#socket.resume();
        break;
      default:
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

  #write(bytes: string): void {
    if (this.#isOver || this.#socket.destroyed) return;
    this.#socket.write(Buffer.from(bytes, "latin1"));
    if (this.#socket.writableLength <= unreadMax) return;
    this.#abort();
    this.#socket.resetAndDestroy();
  }

  #abort(): void {
    this.#isOver = true;
    this.#take({ does: "abort", connection: this.#number });
  }
}

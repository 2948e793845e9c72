/**
 * A connection to a real server: commands with their replies in order, and what a subscription brings.
 * Bytes are binary strings, as everywhere in redsim.
 */
import { connect, type Socket } from "node:net";
import { encode } from "../../redis/wire/encode.js";
import { ReplyParser } from "../../redis/wire/parse-reply.js";
import { request, type Value } from "../../redis/wire/value.js";

interface Waiting {
  readonly answer: (value: Value) => void;
  readonly fail: (error: Error) => void;
}

export class Session {
  readonly #socket: Socket;
  readonly #parser = new ReplyParser();
  readonly #waiting: Waiting[] = [];
  #heard: ((message: Value) => void) | undefined;
  #ended: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1");
    socket.setNoDelay(true);
    socket.on("data", (bytes) => {
      for (const value of this.#parser.feed(String(bytes))) this.#take(value);
    });
    socket.on("error", (error) => {
      this.#end(error);
    });
    socket.on("close", () => {
      this.#end(new Error("the connection was closed"));
    });
  }

  static open(port: number): Promise<Session> {
    return new Promise((done, fail) => {
      const socket = connect({ host: "127.0.0.1", port });
      socket.once("error", fail);
      socket.once("connect", () => {
        socket.off("error", fail);
        done(new Session(socket));
      });
    });
  }

  get isOpen(): boolean {
    return this.#ended === undefined;
  }

  ask(...words: readonly string[]): Promise<Value> {
    return new Promise((answer, fail) => {
      if (this.#ended !== undefined) {
        fail(this.#ended);
        return;
      }
      this.#waiting.push({ answer, fail });
      this.#socket.write(encode(request(...words)), "latin1");
    });
  }

  /** Sends a command whose reply nobody waits for, and whose failure neither. */
  tell(...words: readonly string[]): void {
    this.ask(...words).catch(() => undefined);
  }

  /** From here on everything that comes is a message of a subscription to all channels. */
  subscribeToAll(heard: (message: Value) => void): void {
    this.#heard = heard;
    this.#socket.write(encode(request("PSUBSCRIBE", "*")), "latin1");
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(value: Value): void {
    if (this.#heard !== undefined) this.#heard(value);
    else this.#waiting.shift()?.answer(value);
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const each of this.#waiting.splice(0)) each.fail(this.#ended);
  }
}

/** The text of a bulk string or a status; empty for anything else. */
export function textOf(value: Value | undefined): string {
  return value?.kind === "bulk" || value?.kind === "status" ? value.text : "";
}

/**
 * What passes between a stand-in and the simulation that it has joined, over a Unix socket: frames with
 * their length before them. The bytes of clients go as they are, everything else as JSON.
 *
 *     4 bytes  length of what follows, big-endian
 *     1 byte   0: a message, 1: bytes of a connection
 *     message: JSON             bytes: 4 bytes number of the connection, then the bytes
 */
import type { Socket } from "node:net";
import type { Address } from "../kernel/actor.js";
import type { Launch } from "../kernel/outside.js";
import type { OutsideOutput } from "../redis/client/outside.js";

/** From the stand-in. Connections have numbers of its own. */
export type ToSimulation =
  | {
      readonly does: "join";
      /** Of redsim: both sides are the same program, or neither understands the other for sure. */
      readonly program: string;
      readonly launch: Launch;
      /** Its `dir`. */
      readonly folder: string;
      /** Minutes that its local time is ahead of UTC. */
      readonly zone: number;
    }
  | {
      readonly does: "connect";
      readonly connection: number;
      /** The client's own address; undefined: none that the run could know. */
      readonly from: Address | undefined;
    }
  | { readonly does: "end" | "abort"; readonly connection: number }
  | { readonly does: "interrupt"; readonly signal: "TERM" | "INT" }
  | { readonly does: "ended"; readonly child: number; readonly code: number };

/** To the stand-in. */
export type ToStandIn =
  | { readonly says: "joined" }
  | { readonly says: "refused"; readonly why: string }
  | Extract<OutsideOutput, { readonly says: "full" | "drained" | "closed" }>
  /** Whole lines. */
  | { readonly says: "log"; readonly text: string }
  | { readonly says: "execute"; readonly child: number; readonly args: readonly string[] }
  | { readonly says: "signal"; readonly child: number; readonly signal: number }
  /** Its node has ended, as waitpid() tells it. */
  | { readonly says: "exit"; readonly code: number };

const messageKind = 0;
const bytesKind = 1;
const headLength = 5;
/** Nobody sends more at once; a longer one is no frame of ours. */
const lengthMax = 64 * 1024 * 1024;

/** What may wait to be sent before whoever sends is held back. */
const waitingMax = 1024 * 1024;

export interface ChannelOptions<In> {
  readonly socket: Socket;
  readonly message: (message: In) => void;
  /** Bytes of a connection, as a binary string. */
  readonly bytes: (connection: number, bytes: string) => void;
  /** What could not be sent at once has been. */
  readonly drained?: () => void;
  /** Once: the other side is gone. */
  readonly gone: () => void;
}

export class Channel<In, Out> {
  readonly #socket: Socket;
  readonly #options: ChannelOptions<In>;
  #rest: Buffer<ArrayBufferLike> = Buffer.alloc(0);

  constructor(options: ChannelOptions<In>) {
    this.#options = options;
    const { socket } = options;
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    // That it is closed tells all that matters.
    socket.on("error", () => undefined);
    socket.on("close", () => options.gone());
    socket.on("end", () => socket.destroy());
    socket.on("drain", () => options.drained?.());
  }

  /** More waits to be sent than should. */
  get isFull(): boolean {
    return this.#socket.writableLength > waitingMax;
  }

  send(message: Out): void {
    const body = Buffer.from(JSON.stringify(message));
    this.#write(messageKind, body.length, (frame) => body.copy(frame, headLength));
  }

  sendBytes(connection: number, bytes: string): void {
    this.#write(bytesKind, 4 + bytes.length, (frame) => {
      frame.writeUInt32BE(connection, headLength);
      frame.write(bytes, headLength + 4, "latin1");
    });
  }

  /** What was sent is still delivered. */
  close(): void {
    this.#socket.end();
  }

  #write(kind: number, length: number, fill: (frame: Buffer) => void): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return;
    const frame = Buffer.allocUnsafe(headLength + length);
    frame.writeUInt32BE(1 + length, 0);
    frame[4] = kind;
    fill(frame);
    this.#socket.write(frame);
  }

  #read(chunk: Buffer): void {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (data.length - at >= headLength) {
      const length = data.readUInt32BE(at);
      if (length === 0 || length > lengthMax) {
        this.#socket.destroy();
        return;
      }
      if (data.length - at < 4 + length) break;
      this.#frame(data.subarray(at + 4, at + 4 + length));
      if (this.#socket.destroyed) return;
      at += 4 + length;
    }
    this.#rest = data.subarray(at);
  }

  #frame(frame: Buffer): void {
    if (frame[0] === bytesKind && frame.length >= headLength) {
      this.#options.bytes(frame.readUInt32BE(1), frame.toString("latin1", headLength));
      return;
    }
    const message = frame[0] === messageKind ? parsed(frame.toString("utf8", 1)) : undefined;
    // Whoever this is, it is none of ours.
    if (message === undefined) this.#socket.destroy();
    else this.#options.message(message as In);
  }
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

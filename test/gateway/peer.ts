/** A real client with nothing between it and the bytes. */
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export class Peer {
  readonly socket: Socket;
  text = "";
  isClosed = false;
  /** The code of what broke the connection. */
  error: string | undefined;

  constructor({ ip, port }: { readonly ip: string; readonly port: number }) {
    this.socket = connect({ host: ip, port, allowHalfOpen: true });
    this.socket.on("data", (chunk: Buffer) => {
      this.text += chunk.toString("latin1");
    });
    this.socket.on("error", (error: NodeJS.ErrnoException) => {
      this.error = error.code;
    });
    this.socket.on("end", () => {
      this.isClosed = true;
    });
    this.socket.on("close", () => {
      this.isClosed = true;
    });
  }

  send(bytes: string): this {
    this.socket.write(bytes, "latin1");
    return this;
  }

  /** A request in RESP. */
  ask(...args: readonly string[]): this {
    return this.send(
      `*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join("")}`,
    );
  }

  /** Resolves when it holds; the test's own timeout is the only limit. */
  async until(holds: (peer: Peer) => boolean): Promise<string> {
    while (!holds(this)) await sleep(2);
    return this.text;
  }

  /** What has been said since, once it ends so. */
  async reply(end: string): Promise<string> {
    await this.until(({ text, isClosed }) => text.endsWith(end) || isClosed);
    const { text } = this;
    this.text = "";
    return text;
  }
}

/** The control port: Redis's protocol, one command at a time on each connection. */
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { encode } from "../redis/wire/encode.js";
import { RequestParser } from "../redis/wire/parse-request.js";
import { error } from "../redis/wire/value.js";
import { type Controlled, execute } from "./commands.js";

/** The longest argument that a command of this port can have, and how many, with room to spare. */
const bulkMax = 64 * 1024;
const argumentsMax = 1_024;

export class Control {
  readonly #controlled: Controlled;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(controlled: Controlled) {
    this.#controlled = controlled;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** Resolves with the port: 0 asks for one that is free. */
  open(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      // Later on it is somebody who could not be accepted.
      this.#server.on("error", reject);
      this.#server.listen({ host, port }, () =>
        resolve((this.#server.address() as AddressInfo).port),
      );
    });
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => undefined);
    const parser = new RequestParser({ version: "7.2", bulkMax, argumentsMax });
    let before: Promise<void> = Promise.resolve();
    socket.on("data", (chunk: Buffer) => {
      socket.pause();
      for (const parsed of parser.feed(chunk.toString("latin1")))
        before = before.then(async () => {
          if (socket.destroyed) return;
          if (parsed.kind === "error") socket.end(encode(error(parsed.reply)), "latin1");
          else if (parsed.request.args.length > 0) await this.#answer(socket, parsed.request.args);
        });
      // What comes while a command is at work waits in the socket.
      before = before.then(() => {
        socket.resume();
      });
    });
  }

  async #answer(socket: Socket, args: readonly string[]): Promise<void> {
    const reply = encode(await execute(this.#controlled, args));
    if (socket.destroyed) return;
    if (args[0]?.toLowerCase() === "quit") socket.end(reply, "latin1");
    else if (!socket.write(reply, "latin1")) await drained(socket);
  }
}

/** Whoever does not read its replies gets no more of them. */
function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off("drain", done);
      socket.off("close", done);
      resolve();
    };
    socket.on("drain", done);
    socket.on("close", done);
  });
}
